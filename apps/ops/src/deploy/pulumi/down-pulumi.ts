import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { z } from "zod";
import { LABEL_PREFIX } from "../../../../../components/core/index.ts";
import { readProject } from "../../project.ts";
import { RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { obtainPulumi } from "../pulumi-engine.ts";
import { step, type Tell } from "../step.ts";
import { runOperation } from "./operation.ts";
import { removeStack, selectStack } from "./stack.ts";

/** What of an exported state decides what a removal leaves. */
const Deployment = z.object({
  resources: z
    .array(
      z.object({
        urn: z.string(),
        type: z.string(),
        custom: z.boolean().default(false),
        outputs: z
          .object({
            name: z.unknown().optional(),
            labels: z.array(z.object({ label: z.string(), value: z.string() })).catch([]),
          })
          .default({ labels: [] }),
      }),
    )
    .default([]),
});

/** A stack that has been brought up and what of it outlives a removal. */
export interface DeployedStack {
  readonly stack: Stack;
  /** Names of volumes whose data outlive the environment. */
  readonly persistentVolumes: readonly string[];
  /** URNs of what stays where the data are kept. */
  readonly kept: readonly string[];
}

/** Whether the state folder knows the environment. */
export async function isDeployed(environment: string, place: Place): Promise<boolean> {
  const { name } = await readProject();
  return existsSync(join(place.state, ".pulumi", "stacks", name, `${environment}.json`));
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
  const { deployment } = await stack.exportStack();
  return { stack, ...keptOf(deployment) };
}

/** What stays where data are kept: volumes that are labelled so, and passwords, without which a database can't be opened. Pure. */
export function keptOf(deployment: unknown): Pick<DeployedStack, "persistentVolumes" | "kept"> {
  const { resources } = Deployment.parse(deployment);
  const volumes = resources.filter(
    ({ type, outputs }) =>
      type === "docker:index/volume:Volume" &&
      outputs.labels.some(({ label, value }) => label === `${LABEL_PREFIX}data` && value === "persistent"),
  );
  const passwords = resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword");
  return {
    persistentVolumes: volumes.map(({ outputs }) => String(outputs.name)),
    kept: volumes.length === 0 ? [] : [...volumes, ...passwords].map(({ urn }) => urn),
  };
}

/** Removes what was brought up: all of it and the stack itself, or all but the data, which then stay in the state. */
export async function downPulumi(
  environment: string,
  { stack, kept }: Pick<DeployedStack, "stack" | "kept">,
  place: Place,
  data: "keep" | "delete",
): Promise<void> {
  const exclude = data === "keep" ? [...kept] : [];
  // Who has asked for the data to go has asked for what protects them to go.
  if (data === "delete") await unprotect(stack);
  await step(`take ${environment} down (running turns are waited for)`, (tell) =>
    runOperation("destroy", tell, (options) => stack.destroy({ ...options, exclude })),
  );
  if (exclude.length === 0) await removeStack(environment, stack, place);
}

/** Takes every protection out of the state, so that a removal removes. */
async function unprotect(stack: Stack): Promise<void> {
  const state = await stack.exportStack();
  const deployment = withoutProtection(state.deployment);
  if (JSON.stringify(deployment) !== JSON.stringify(state.deployment))
    await stack.importStack({ ...state, deployment });
}

/** A state in which nothing is protected or retained. Pure. */
export function withoutProtection(deployment: unknown): unknown {
  const { resources = [], ...others } = z
    .looseObject({ resources: z.array(z.looseObject({})).optional() })
    .parse(deployment);
  return {
    ...others,
    resources: resources.map(({ protect: _, retainOnDelete: __, ...resource }) => resource),
  };
}
