import type { AgentFigures } from "../agent-metrics.ts";
import type { Alert, PartStatus, Thresholds } from "./report.ts";

/** What thresholds are compared with; `undefined` is not known and never an alert. */
export interface Observed {
  readonly parts: readonly PartStatus[];
  readonly figures: AgentFigures | undefined;
  readonly storagePercent: number | undefined;
  /** What the agent says when it should take turns and doesn't. */
  readonly notReady: string | undefined;
}

/** Everything that has reached its threshold. A value that isn't known is shown as such elsewhere. */
export function evaluateAlerts(
  { parts, figures, storagePercent, notReady }: Observed,
  thresholds: Thresholds,
): Alert[] {
  const errorPercent = figures && figures.answered > 0 ? (100 * figures.failed) / figures.answered : undefined;
  return [
    ...parts.flatMap((part) => partAlerts(part, thresholds)),
    ...(notReady === undefined ? [] : [{ about: "agent", found: notReady, threshold: "ready" }]),
    ...percentAlert("agent requests", "failed", errorPercent, thresholds.errorPercent),
    ...percentAlert("storage", "in use", storagePercent, thresholds.diskPercent),
  ];
}

function partAlerts(part: PartStatus, thresholds: Thresholds): Alert[] {
  const { key, cpu, memory } = part;
  return [
    ...(part.works ? [] : [{ about: key, found: `is ${part.state}`, threshold: "running" }]),
    ...(part.health === "unhealthy" ? [{ about: key, found: "is unhealthy", threshold: "healthy" }] : []),
    ...percentAlert(key, "of its CPU limit", cpu ? (100 * cpu.cores) / cpu.limit : undefined, thresholds.cpuPercent),
    ...percentAlert(
      key,
      "of its memory limit",
      memory ? (100 * memory.usedMiB) / memory.limitMiB : undefined,
      thresholds.memoryPercent,
    ),
    ...(part.restarts >= thresholds.restarts
      ? [{ about: key, found: `was started again ${part.restarts} times`, threshold: `${thresholds.restarts}` }]
      : []),
  ];
}

function percentAlert(about: string, of: string, percent: number | undefined, threshold: number): Alert[] {
  if (percent === undefined || percent < threshold) return [];
  return [{ about, found: `${percent.toFixed(1)} % ${of}`, threshold: `${threshold} %` }];
}
