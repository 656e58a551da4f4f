/** What was counted of a new version at one moment, since its beginning. */
export interface CanaryCount {
  readonly failures: number;
  readonly total: number;
  /** How many took at most so long, in rising order; empty where nothing is known of it. */
  readonly buckets: readonly LatencyBucket[];
}

interface LatencyBucket {
  readonly upToSeconds: number;
  readonly count: number;
}

/** What was read at one moment, by the source that counts: a pod, or a Prometheus. */
export interface CanaryReading {
  readonly counts: Readonly<Record<string, CanaryCount>>;
  /** Latency where the source tells it by itself, in seconds. */
  readonly latencySeconds: number | undefined;
}

/** What a step must keep. */
export interface CanaryBounds {
  readonly failurePercentMax: number;
  readonly samplesMin: number;
  /** `undefined`: latency isn't asked for. */
  readonly latency: { readonly percentile: number | undefined; readonly secondsMax: number } | undefined;
}

/** What a step's metrics say, and why. Only `good` is a pass. */
export interface CanaryVerdict {
  readonly judgement: "good" | "bad" | "unknown";
  readonly because: string;
}

/** Judges a step by what was read at its beginning and at its end. What isn't known, and too few samples, are no pass. */
export function judgeCanary(bounds: CanaryBounds, before: CanaryReading, after: CanaryReading): CanaryVerdict {
  const increase = increaseOf(before, after);
  if (!increase) return unknown("its counters can't be read, or went backwards: a pod was started again or is gone");
  const { failures, total } = increase;
  if (total < bounds.samplesMin) return unknown(`${total} samples < ${bounds.samplesMin} that are asked for`);
  const percent = (100 * failures) / total;
  const sum = `${failures} failures / ${total} samples = ${round(percent)} %`;
  if (percent > bounds.failurePercentMax) return bad(`${sum} > ${bounds.failurePercentMax} % that are allowed`);
  const latency = judgeLatency(bounds, after.latencySeconds, increase);
  const failureRate = `${sum} ≤ ${bounds.failurePercentMax} %`;
  return latency ? { ...latency, because: `${failureRate}; ${latency.because}` } : good(failureRate);
}

function judgeLatency(
  { latency }: CanaryBounds,
  told: number | undefined,
  { buckets }: CanaryCount,
): CanaryVerdict | undefined {
  if (!latency) return undefined;
  const { percentile, secondsMax } = latency;
  const seconds = percentile === undefined ? told : quantile(buckets, percentile);
  if (seconds === undefined || Number.isNaN(seconds) || seconds < 0) return unknown("its latency can't be read");
  const what = percentile === undefined ? "latency" : `latency of ${percentile} %`;
  if (seconds === Number.POSITIVE_INFINITY) return bad(`${what} is beyond the histogram's last bound`);
  return seconds > secondsMax
    ? bad(`${what} ${round(seconds)} s > ${secondsMax} s that are allowed`)
    : good(`${what} ${round(seconds)} s ≤ ${secondsMax} s`);
}

/** What came on top in between, over all sources; `undefined` where a source is lost or has begun anew. */
function increaseOf(before: CanaryReading, after: CanaryReading): CanaryCount | undefined {
  if (Object.keys(after.counts).length === 0) return undefined;
  if (Object.keys(before.counts).some((source) => !after.counts[source])) return undefined;
  let sum: CanaryCount = { failures: 0, total: 0, buckets: [] };
  for (const [source, count] of Object.entries(after.counts)) {
    // What wasn't there before has counted from nothing.
    const start = before.counts[source];
    const failures = count.failures - (start?.failures ?? 0);
    const total = count.total - (start?.total ?? 0);
    if (!Number.isFinite(total) || !Number.isFinite(failures) || total < 0 || failures < 0) return undefined;
    const buckets = count.buckets.map(({ upToSeconds, count: upTo }) => ({
      upToSeconds,
      count: upTo - (start?.buckets.find((one) => one.upToSeconds === upToSeconds)?.count ?? 0),
    }));
    sum = { failures: sum.failures + failures, total: sum.total + total, buckets: added(sum.buckets, buckets) };
  }
  return sum;
}

function added(one: readonly LatencyBucket[], other: readonly LatencyBucket[]): LatencyBucket[] {
  const bounds = [...new Set([...one, ...other].map(({ upToSeconds }) => upToSeconds))].toSorted((a, b) => a - b);
  return bounds.map((upToSeconds) => ({ upToSeconds, count: upTo(one, upToSeconds) + upTo(other, upToSeconds) }));
}

/** How many are known to have taken at most so long. */
function upTo(buckets: readonly LatencyBucket[], seconds: number): number {
  return buckets.findLast(({ upToSeconds }) => upToSeconds <= seconds)?.count ?? 0;
}

/**
 * The time that a share of all kept, even within a bucket, as Prometheus reckons it; infinite in the last one, of which
 * no more is known than that it was longer.
 */
function quantile(buckets: readonly LatencyBucket[], percentile: number): number | undefined {
  const total = buckets.at(-1)?.count ?? 0;
  if (total === 0) return undefined;
  const rank = (percentile / 100) * total;
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  if (!bucket) return undefined;
  if (bucket.upToSeconds === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const below = buckets[index - 1] ?? { upToSeconds: 0, count: 0 };
  const within = bucket.count - below.count;
  const share = within === 0 ? 1 : (rank - below.count) / within;
  return below.upToSeconds + (bucket.upToSeconds - below.upToSeconds) * share;
}

const good = (because: string): CanaryVerdict => ({ judgement: "good", because });
const bad = (because: string): CanaryVerdict => ({ judgement: "bad", because });
const unknown = (because: string): CanaryVerdict => ({ judgement: "unknown", because });

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
