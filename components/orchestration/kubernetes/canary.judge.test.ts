import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CanaryBounds,
  type CanaryCount,
  type CanaryReading,
  type CanaryVerdict,
  judgeCanary,
} from "./canary.judge.ts";

const BOUNDS: CanaryBounds = { failurePercentMax: 1, samplesMin: 20, latency: undefined };
interface Judged {
  readonly after: Readonly<Record<string, Partial<CanaryCount>>>;
  readonly judgement: CanaryVerdict["judgement"];
  readonly because: string;
}
const reading = (counts: Readonly<Record<string, Partial<CanaryCount>>>, latencySeconds?: number): CanaryReading => ({
  counts: Object.fromEntries(
    Object.entries(counts).map(([source, count]) => [source, { failures: 0, total: 0, buckets: [], ...count }]),
  ),
  latencySeconds,
});

describe("a step's failures", () => {
  const before = reading({ a: { failures: 5, total: 100 } });
  it.each<Judged>([
    { after: { a: { failures: 6, total: 200 } }, judgement: "good", because: "1 failures / 100 samples = 1 % ≤ 1 %" },
    { after: { a: { failures: 7, total: 200 } }, judgement: "bad", because: "2 failures / 100 samples = 2 % > 1 %" },
    { after: { a: { failures: 5, total: 119 } }, judgement: "unknown", because: "19 samples < 20 that are asked for" },
    { after: { a: { failures: 5, total: 100 } }, judgement: "unknown", because: "0 samples < 20" },
    { after: { a: { failures: 0, total: 50 } }, judgement: "unknown", because: "a pod was started again" },
    { after: { a: { failures: Number.NaN, total: 200 } }, judgement: "unknown", because: "can't be read" },
    { after: {}, judgement: "unknown", because: "can't be read" },
    {
      after: { a: { failures: 5, total: 150 }, b: { failures: 1, total: 50 } },
      judgement: "good",
      because: "1 failures / 100",
    },
    // A pod that came later can't hide that another one has begun anew, or is gone.
    { after: { a: { total: 10 }, b: { total: 900 } }, judgement: "unknown", because: "went backwards" },
    { after: { b: { total: 900 } }, judgement: "unknown", because: "is gone" },
  ])("are $judgement at $after", ({ after, judgement, because }) => {
    expect(judgeCanary(BOUNDS, before, reading(after))).toEqual({
      judgement,
      because: expect.stringContaining(because),
    });
  });

  it("are never good with too few samples or too many failures", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (total, failures) => {
        const { judgement } = judgeCanary(BOUNDS, reading({ a: {} }), reading({ a: { failures, total } }));
        expect(judgement === "good").toBe(total >= 20 && (100 * failures) / total <= 1);
      }),
    );
  });
});

describe("a step's latency", () => {
  const bounds = { ...BOUNDS, latency: { percentile: 95, secondsMax: 10 } };
  const buckets = (...counts: readonly number[]) =>
    [1, 10, 60, Number.POSITIVE_INFINITY].map((upToSeconds, index) => ({ upToSeconds, count: counts[index] ?? 0 }));
  const before = reading({ a: { total: 100, buckets: buckets(100, 100, 100, 100) } });
  it.each([
    { after: buckets(200, 200, 200, 200), judgement: "good", because: "latency of 95 % 0.95 s ≤ 10 s" },
    { after: buckets(150, 200, 200, 200), judgement: "good", because: "latency of 95 % 9.1 s ≤ 10 s" },
    { after: buckets(190, 194, 200, 200), judgement: "bad", because: "18.33 s > 10 s that are allowed" },
    { after: buckets(190, 194, 194, 200), judgement: "bad", because: "beyond the histogram's last bound" },
    { after: buckets(100, 100, 100, 100), judgement: "unknown", because: "its latency can't be read" },
    { after: [], judgement: "unknown", because: "its latency can't be read" },
  ])("is $judgement: $because", ({ after, judgement, because }) => {
    expect(judgeCanary(bounds, before, reading({ a: { total: 200, buckets: after } }))).toEqual({
      judgement,
      because: expect.stringContaining(because),
    });
  });

  it.each([
    { told: 9, judgement: "good" },
    { told: 11, judgement: "bad" },
    { told: Number.NaN, judgement: "unknown" },
    { told: undefined, judgement: "unknown" },
  ])("of $told s, as the source tells it, is $judgement", ({ told, judgement }) => {
    const asked = { ...BOUNDS, latency: { percentile: undefined, secondsMax: 10 } };
    expect(judgeCanary(asked, reading({ a: {} }), reading({ a: { total: 100 } }, told)).judgement).toBe(judgement);
  });
});
