import type { ContainerPlan } from "../../../../../components/orchestration/index.ts";

/** How a run of the agent came to its end. */
export type Ending =
  | { readonly kind: "exit"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly kind: "unhealthy"; readonly failures: number }
  | { readonly kind: "memory"; readonly residentMiB: number; readonly limitMiB: number };

/** What is known about the runs before. */
export interface RestartHistory {
  /** Restarts since the start of the supervisor. */
  readonly restarts: number;
  /** Runs in a row that ended before they had lasted. */
  readonly shortRuns: number;
}

export type RestartDecision =
  | { readonly kind: "restart"; readonly afterMilliseconds: number }
  | { readonly kind: "end"; readonly why: string };

/** Wait before the first restart; it doubles with each run that ends soon. */
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 30_000;
/** A run that lasts this long ends a row of short ones, in seconds: what Docker takes too. */
export const LASTING_SECONDS = 10;

/** Whether and when the agent is started again. */
export function decideRestart(
  policy: ContainerPlan["restart"],
  ending: Ending,
  history: RestartHistory,
): RestartDecision {
  const restart = { kind: "restart", afterMilliseconds: waitAfter(history.shortRuns) } as const;
  switch (policy.kind) {
    case "always":
    case "unless-stopped":
      return restart;
    case "never":
      return { kind: "end", why: "agent.restart.kind is never" };
    case "on-failure":
      if (!isFailure(ending))
        return { kind: "end", why: "it ended without a failure, and agent.restart.kind is on-failure" };
      if (history.restarts < policy.maxRetries) return restart;
      return { kind: "end", why: `it was started again ${history.restarts} times, which is agent.restart.maxRetries` };
  }
}

/** Wait before a restart, in milliseconds, after so many short runs in a row. */
export function waitAfter(shortRuns: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(shortRuns, 20));
}

/** An ending for a reader. */
export function describeEnding(ending: Ending): string {
  switch (ending.kind) {
    case "exit":
      return ending.signal === null ? `ended with exit code ${ending.code}` : `was ended by ${ending.signal}`;
    case "unhealthy":
      return `failed ${ending.failures} health checks in a row`;
    case "memory":
      return `used ${ending.residentMiB} MiB, more than its limit of ${ending.limitMiB} MiB`;
  }
}

function isFailure(ending: Ending): boolean {
  return ending.kind !== "exit" || ending.code !== 0;
}
