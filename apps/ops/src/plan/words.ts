import type { PolicyVerdict, Weight } from "./policy-gate.ts";
import type { PlanReport } from "./report.ts";

/** A count with its noun: `1 resource`, `2 resources`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** What a finding's weight is called. */
export const WEIGHT_WORDS: Readonly<Record<Weight, string>> = {
  failed: "mandatory failed",
  "could-not-run": "could not run",
  advice: "advisory",
  remediated: "changed by the pack",
  "accepted-unknown": "not known yet, accepted",
};

/** Whether a finding of this weight stops a deployment. */
export function stops(weight: Weight): boolean {
  return weight === "failed" || weight === "could-not-run";
}

/** The pack's result in one line: `24 passed, 1 advisory`. */
export function policyCounts({ passed, findings }: PolicyVerdict): string {
  const byWeight = [...Map.groupBy(findings, ({ weight }) => weight)];
  return [`${passed} passed`, ...byWeight.map(([weight, of]) => `${of.length} ${WEIGHT_WORDS[weight]}`)].join(", ");
}

/** What a plan would make: `5 resources in 1 component`. */
export function resourceCounts({ summary }: PlanReport): string {
  return `${counted(summary.resources, "resource")} in ${counted(summary.components, "component")}`;
}
