import { type CanaryReading, type CanarySource, readSelector } from "../../../../../components/orchestration/index.ts";
import { readMetricNames, readSamples } from "../../deploy/metrics-text.ts";

export type CanaryCount = CanaryReading["counts"][string];
type AgentSource = Extract<CanarySource, { kind: "agents" }>;

/** What can't be read: never a pass. */
export const UNREADABLE: CanaryCount = { failures: Number.NaN, total: Number.NaN, buckets: [] };

/** What a pod has counted, off the text of its metrics. */
export function countsOf(text: string, { failures, total, histogram }: AgentSource): CanaryCount {
  const samples = readSamples(text);
  const known = readMetricNames(text);
  // A counter whose labels nothing has been counted for yet has no sample; one that isn't known at all is a mistake.
  const sum = (selector: string) => {
    const read = readSelector(selector);
    if (!read || !known.has(read.name)) return Number.NaN;
    const own = samples.filter(({ name, labels }) => name === read.name && read.matches(labels));
    return own.reduce((all, { value }) => all + value, 0);
  };
  const bounds = new Map<number, number>();
  for (const { name, labels, value } of samples) {
    if (name !== `${histogram}_bucket` || labels.le === undefined) continue;
    const upToSeconds = labels.le === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels.le);
    bounds.set(upToSeconds, (bounds.get(upToSeconds) ?? 0) + value);
  }
  return {
    failures: sum(failures),
    total: sum(total),
    buckets: [...bounds]
      .map(([upToSeconds, count]) => ({ upToSeconds, count }))
      .toSorted((one, other) => one.upToSeconds - other.upToSeconds),
  };
}
