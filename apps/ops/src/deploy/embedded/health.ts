import type { ContainerPlan } from "../../../../../components/orchestration/index.ts";

/** What decides over an agent's health; times in seconds. */
export type HealthRules = Pick<ContainerPlan["healthCheck"], "retries" | "startPeriodSeconds">;

/** What is known of an agent's health. */
export interface HealthState {
  readonly status: "starting" | "healthy" | "unhealthy";
  /** Failed checks in a row that count. */
  readonly failures: number;
}

/** What is known before the first check. */
export const UNCHECKED: HealthState = { status: "starting", failures: 0 };

/**
 * What is known after one more check, in the way of container engines: one success is health, failures in a row make
 * an agent unhealthy, and before its first success failures of the start period don't count.
 */
export function afterCheck(
  state: HealthState,
  passed: boolean,
  secondsSinceStart: number,
  rules: HealthRules,
): HealthState {
  if (passed) return { status: "healthy", failures: 0 };
  if (state.status === "starting" && secondsSinceStart < rules.startPeriodSeconds) return state;
  const failures = state.failures + 1;
  return { status: failures >= rules.retries ? "unhealthy" : state.status, failures };
}
