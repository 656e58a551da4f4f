import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import type { HostUse, Reconciliation } from "./report.ts";

/** What reconciliation would do at the machine's present use. */
export function reconcile(
  host: HostUse,
  rules: LocalPodmanPlan["desktop"]["resources"]["reconciliation"],
): Reconciliation {
  const uses = [
    { name: "CPU", percent: host.cpuPercent, threshold: rules.cpuThresholdPercent },
    { name: "memory", percent: host.memoryPercent, threshold: rules.memoryThresholdPercent },
  ];
  const above = uses.filter(({ percent, threshold }) => percent !== null && percent > threshold);
  const unknown = uses.filter(({ percent }) => percent === null);
  const words = ({ name, percent, threshold }: (typeof uses)[number], sign: string) =>
    `${name} of the machine ${percent === null ? "isn't measured (monitoring.host.metrics)" : `${percent.toFixed(0)} % ${sign} ${threshold} %`}`;
  if (above.length > 0) {
    return { needed: true, why: above.map((use) => words(use, ">")).join(", "), limits: rules.underPressure };
  }
  if (unknown.length > 0) return { needed: null, why: unknown.map((use) => words(use, "")).join(", "), limits: [] };
  return { needed: false, why: uses.map((use) => words(use, "≤")).join(", "), limits: [] };
}
