import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { resourceKind } from "../../../../../components/orchestration/index.ts";
import { objectName, storedResources } from "../../../../../stacks/changes/index.ts";
import { dataWords } from "../../plan/changes.ts";
import { RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { obtainPulumi } from "../pulumi-engine.ts";
import { step, type Tell } from "../step.ts";
import { readDeployment } from "./deployment.ts";
import { runOperation } from "./operation.ts";
import { release } from "./protection.ts";
import { removeStack, selectStack } from "./stack.ts";

/** A stack that has been brought up and what of it outlives a removal. */
export interface DeployedStack {
  readonly stack: Stack;
  /** What holds data that outlive the environment, in words: `volume flame-dev-data`. */
  readonly persistentData: readonly string[];
  /** URNs of what stays where the data are kept: what holds them, where they lie, and what opens them. */
  readonly kept: readonly string[];
}

/** Opens an environment's stack. Throws a `RunFailure` where there is no Pulumi engine to do so. */
export async function openDeployed(environment: string, place: Place, tell: Tell): Promise<DeployedStack> {
  const found = await obtainPulumi(tell);
  if (found.kind !== "there") {
    throw new RunFailure({
      place: `environment ${environment}`,
      found: `was brought up through Pulumi, but ${found.why}`,
      allowed: "a Pulumi engine on PATH or in the Pulumi home",
      mend: "install it as it was for blueprint up (blueprint doctor tells how)",
    });
  }
  const stack = await selectStack(environment, place, found.engine);
  const { deployment } = await readDeployment(stack);
  return { stack, ...keptOf(deployment) };
}

/** What stays where data are kept: what holds them, where they lie, and passwords, without which a database can't be opened. Pure. */
export function keptOf(deployment: unknown): Pick<DeployedStack, "persistentData" | "kept"> {
  const stored = storedResources(deployment);
  const holders = stored.filter(({ type, keepsData }) => keepsData && resourceKind(type)?.data === "files");
  const openers = stored.filter(({ type, keepsData }) => keepsData || type === GENERATED_PASSWORD);
  return {
    persistentData: holders.map(({ type, name, inputs }) => dataWords({ type, object: objectName(inputs) ?? name })),
    kept: holders.length === 0 ? [] : [...new Set([...holders, ...openers].map(({ urn }) => urn))],
  };
}

/** Earlier releases didn't protect it, and every database needs it. */
const GENERATED_PASSWORD = "random:index/randomPassword:RandomPassword";

/** Removes what was brought up: all of it and the stack itself, or all but the data, which then stay in the state. */
export async function downPulumi(
  environment: string,
  { stack, kept }: Pick<DeployedStack, "stack" | "kept">,
  place: Place,
  data: "keep" | "delete",
): Promise<void> {
  const exclude = data === "keep" ? [...kept] : [];
  // Who has asked for the data to go has asked for what protects them to go.
  if (data === "delete") await release(stack, "all");
  await step(`take ${environment} down (running turns are waited for)`, (tell) =>
    runOperation("destroy", tell, (options) => stack.destroy({ ...options, exclude })),
  );
  if (exclude.length === 0) await removeStack(environment, stack, place);
}
