import type { WorkloadPlan } from "../workload.plan.ts";

/** A version that falls over once it works does so in its first seconds: its pods must outlive them to count. */
const READY_SECONDS = 10;

/**
 * How long a Deployment's new pod has been ready before an old one ends for it, in seconds: what `update.delaySeconds`
 * says; by default 10, and none where all old ones have ended before.
 */
export function minReadySecondsOf({ delaySeconds, strategy }: WorkloadPlan["update"]): number {
  return delaySeconds ?? (strategy === "recreate" ? 0 : READY_SECONDS);
}
