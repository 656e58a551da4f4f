import { expect, it } from "vitest";
import { countsOf } from "./canary-counts.ts";

const SOURCE = {
  kind: "agents",
  failures: 'flame_turns_total{outcome=~"failed|timed-out"}',
  total: "flame_turns_total",
  histogram: "flame_turn_duration_seconds",
} as const;
const TEXT = [
  "# HELP flame_turns_total Turns that have ended, by how.",
  "# TYPE flame_turns_total counter",
  'flame_turns_total{outcome="completed"} 80',
  'flame_turns_total{outcome="timed-out"} 2',
  'flame_turns_total{outcome="failed"} 3',
  "# TYPE flame_turn_duration_seconds histogram",
  'flame_turn_duration_seconds_bucket{le="+Inf"} 85',
  'flame_turn_duration_seconds_bucket{le="2"} 70',
  'flame_turn_duration_seconds_bucket{le="0.5"} 10',
  "flame_turn_duration_seconds_sum 100",
  "",
].join("\n");

it("counts what failed, what there was and what it took", () => {
  expect(countsOf(TEXT, SOURCE)).toEqual({
    failures: 5,
    total: 85,
    buckets: [
      { upToSeconds: 0.5, count: 10 },
      { upToSeconds: 2, count: 70 },
      { upToSeconds: Number.POSITIVE_INFINITY, count: 85 },
    ],
  });
});

it.each([
  { why: "nothing has been counted yet", text: "# TYPE flame_turns_total counter\n", failures: 0, total: 0 },
  { why: "the metric isn't known", text: "# TYPE other counter\nother 1\n", failures: Number.NaN, total: Number.NaN },
  { why: "it isn't metrics", text: "<html></html>", failures: Number.NaN, total: Number.NaN },
])("tells nothing from unknown: $why", ({ text, failures, total }) => {
  expect(countsOf(text, SOURCE)).toEqual({ failures, total, buckets: [] });
});
