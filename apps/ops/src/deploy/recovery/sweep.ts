import type { Owner } from "../../../../../stacks/ownership.ts";
import { type EngineReference, engineWords, type HeldAt, heldWords, listHeld, openHolding } from "../engines/index.ts";
import { RunFailure } from "../failure.ts";
import { ownPlace } from "../owner.ts";
import type { Tell } from "../step.ts";
import type { KnownState } from "./known-state.ts";
import { compareWithState } from "./plan-recovery.ts";

interface SweepRequest {
  readonly environment: string;
  readonly engines: readonly EngineReference[];
  readonly owner: Owner | undefined;
  /** What the state still has, which stays. */
  readonly state: Pick<KnownState, "objects">;
  /** Whether data of which no state knows stay as well. */
  readonly keepData: boolean;
}

/**
 * Removes what a removal has left of an environment on its engines, and looks again: that nothing is left is seen and
 * not believed. Resolves with what was removed, in words. Throws a `RunFailure` where something can't be removed.
 */
export async function sweep(request: SweepRequest, tell: Tell): Promise<readonly string[]> {
  const left = await leftovers(request);
  const reasons: string[] = [];
  for (const { engine, held } of left) {
    await engine.remove(held, tell).catch((error: unknown) => {
      reasons.push(error instanceof Error ? error.message : String(error));
    });
  }
  const still = left.length === 0 ? [] : await leftovers(request);
  if (still.length === 0) return left.map(({ held }) => `removed ${heldWords(held)}, which was left over`);
  throw new RunFailure({
    place: `environment ${request.environment}`,
    found: `${still.map(({ engine, held }) => `${heldWords(held)} at ${engineWords(engine.reference)}`).join(", ")} can't be removed${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`,
    mend: "end what uses it, and run blueprint down again",
  });
}

async function leftovers({ environment, engines, owner, state, keepData }: SweepRequest): Promise<HeldAt[]> {
  const held = await listHeld(engines.map(openHolding), environment);
  const { orphans } = compareWithState(held, state, owner, ownPlace());
  return orphans.filter((at) => !(keepData && at.held.holdsData));
}
