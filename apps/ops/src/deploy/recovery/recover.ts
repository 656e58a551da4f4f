import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { Owner } from "../../../../../stacks/ownership.ts";
import { TAKE_OVER } from "../../../../../stacks/take-over.ts";
import { type HeldAt, heldWords, listHeld, openHolding } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import { ownPlace } from "../owner.ts";
import { readDeployment, writeDeployment } from "../pulumi/deployment.ts";
import { runOperation } from "../pulumi/operation.ts";
import { step, type Tell } from "../step.ts";
import type { DeployTarget } from "../targets/index.ts";
import { type KnownState, knownState, withoutPending } from "./known-state.ts";
import { type Comparison, compareWithState } from "./plan-recovery.ts";

/** What a recovery works on. */
interface RecoveryRequest {
  readonly target: Pick<DeployTarget, "environment" | "engines">;
  readonly stack: Stack;
  readonly owner: Owner | undefined;
}

/**
 * Brings engines and state together before an operation: what an ended operation, or a hand, has left on the engines is
 * removed after its grace, but for data, which the operation finds and takes over; what is gone from the engines goes
 * from the state; operations of which nobody knows how they ended are forgotten. What is another project's isn't
 * touched. Resolves with what was done, in words.
 */
async function recover({ target, stack, owner }: RecoveryRequest, tell: Tell): Promise<readonly string[]> {
  const { environment } = target;
  const exported = await readDeployment(stack);
  const state = knownState(exported.deployment);
  const held = await listHeld(target.engines.map(openHolding), environment);
  const comparison = compareWithState(held, state, owner, ownPlace());

  if (state.interrupted.length > 0) {
    await writeDeployment(stack, { ...exported, deployment: withoutPending(exported.deployment) });
  }
  const { orphans, gone } = comparison;
  for (const { engine, held: one } of orphans.filter(isRemovable)) await engine.remove(one, tell);
  takeOver(stack, orphans);
  if (gone.length > 0) {
    await runOperation("refresh", tell, (options) => stack.refresh({ ...options, target: gone.map(({ urn }) => urn) }));
  }
  return recoveryWords(state, comparison);
}

/** Only where something is to be taken over: it would hide that two resources are one object. */
function takeOver({ workspace }: Stack, orphans: readonly HeldAt[]): void {
  if (!orphans.some(({ engine: { reference } }) => reference.kind === "kubernetes")) return;
  Object.assign(workspace.envVars, TAKE_OVER);
}

/** A cluster takes over what it has under a plan's names, and keeps what a version that serves may still need. */
function isRemovable({ engine: { reference }, held }: HeldAt): boolean {
  return reference.kind === "docker" && !held.holdsData;
}

/** Throws a `RunFailure` where another project's objects have the environment's name. */
export function requireOwn(environment: string, { foreign }: Pick<Comparison, "foreign">): void {
  const [first] = foreign;
  if (first === undefined) return;
  const objects = foreign.map(({ at }) => heldWords(at.held)).join(", ");
  const owner = foreign.flatMap((one) => one.owner ?? [])[0];
  throw new RunFailure({
    place: `environment ${environment}`,
    found: `${objects} ${foreign.length === 1 ? "is" : "are"} there already, brought up ${owner === undefined ? "by something that left no name on it" : `from ${owner}`}`,
    allowed: "one project for each environment's name on an engine",
    mend:
      owner === undefined
        ? `take that down by what made it; or name this environment otherwise: rename Pulumi.${environment}.yaml`
        : `go on there; or take it down there (blueprint down ${environment}), or name this environment otherwise: rename Pulumi.${environment}.yaml`,
  });
}

/** What a recovery did, one line each. Pure. */
function recoveryWords(
  { interrupted }: Pick<KnownState, "interrupted">,
  { orphans, gone }: Pick<Comparison, "orphans" | "gone">,
): string[] {
  return [
    ...interrupted.map((what) => `an earlier run was interrupted while ${what}`),
    ...orphans.map((at) => {
      if (at.held.holdsData) return `took over ${heldWords(at.held)}, with its data`;
      return isRemovable(at)
        ? `removed ${heldWords(at.held)}, which no state knows`
        : `left ${heldWords(at.held)}, which no state knows, to be taken over`;
    }),
    ...gone.map(({ urn, type }) => `${type.split(":").at(-1)} ${urn.split("::").at(-1)} was gone: it is made again`),
  ];
}

/** Runs a recovery as a step, and prints what it did. */
export async function recoverAloud(request: RecoveryRequest): Promise<readonly string[]> {
  const said = await step("compare the engines with the state", (tell) => recover(request, tell));
  for (const line of said) process.stderr.write(`  ${line}\n`);
  return said;
}
