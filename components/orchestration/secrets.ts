import type * as pulumi from "@pulumi/pulumi";
import type * as random from "@pulumi/random";
import type { SecretSource, VolumePlan } from "./container.plan.ts";
import { type KeepingOptions, keepingOptions } from "./resource-kinds.ts";
import type { ResolveSecret } from "./standalone/docker-container.ts";

/** Makes a random value as a child of the component. */
export type MakePassword = (name: string, args: random.RandomPasswordArgs) => random.RandomPassword;

/** Options of a generated password's Pulumi resource: it lives and dies with the data that it opens. */
export function keptPasswordOptions(volumes: readonly Pick<VolumePlan, "persistent">[]): KeepingOptions {
  return keepingOptions(
    "random:index/randomPassword:RandomPassword",
    volumes.some(({ persistent }) => persistent),
  );
}

/** Secrets by source; a generated one is made once, however many workloads need it. */
export function secretResolver(
  readSecret: (name: string) => pulumi.Output<string>,
  makePassword: MakePassword,
): ResolveSecret {
  const generated = new Map<string, pulumi.Output<string>>();
  return (source: SecretSource) => {
    if (source.kind === "configuration") return readSecret(source.name);
    const existing = generated.get(source.name);
    if (existing) return existing;
    const password = makePassword(source.name, { length: source.length, special: false });
    generated.set(source.name, password.result);
    return password.result;
  };
}
