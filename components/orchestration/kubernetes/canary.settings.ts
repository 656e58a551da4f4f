import { z } from "zod";
import { refuse } from "../../core/index.ts";
import { Selector } from "./canary.selector.ts";

const Step = z.strictObject({
  weightPercent: z.int().min(1).max(99).meta({
    description:
      "Share of the requests that the new version gets, or of the replicas where no gateway shares them out.",
    unit: "percent",
    example: 25,
  }),
  pauseSeconds: z.int().min(1).max(86_400).optional().meta({
    description:
      "How long the step lasts before it is judged; five minutes where it is left out, or a turn's length where that is longer.",
    unit: "seconds",
    example: 600,
  }),
});

const bounds = {
  failurePercentMax: z
    .number()
    .min(0)
    .max(100)
    .prefault(1)
    .meta({ description: "Share of failures up to which a step is good.", unit: "percent" }),
  samplesMin: z.int().min(1).max(1_000_000).prefault(20).meta({
    description: "How many there must have been in a step for it to say anything; fewer are no pass.",
    unit: "samples",
  }),
};

const secondsMax = z.number().min(0.001).max(86_400).optional().meta({
  description: "Latency up to which a step is good; turns.maxSeconds where it is left out.",
  unit: "seconds",
  example: 60,
});

const query = (description: string, example: string) => z.string().min(1).max(2000).meta({ description, example });

const Analysis = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("agents").meta({
      description: "The new version's own metrics endpoints, each pod's asked by way of the cluster's API server.",
    }),
    failures: Selector.prefault('flame_turns_total{outcome=~"failed|timed-out"}').meta({
      description: "Counter of what failed.",
    }),
    total: Selector.prefault("flame_turns_total").meta({ description: "Counter of all there was." }),
    ...bounds,
    latency: z
      .strictObject({
        histogram: z
          .string()
          .regex(/^[a-zA-Z_:][\w:]*$/, "a histogram's name")
          .prefault("flame_turn_duration_seconds")
          .meta({ description: "Histogram of what took how long, in seconds." }),
        percentile: z
          .int()
          .min(1)
          .max(99)
          .prefault(95)
          .meta({ description: "Share that must keep secondsMax.", unit: "percent" }),
        secondsMax,
      })
      .prefault({}),
  }),
  z.strictObject({
    kind: z.literal("prometheus").meta({ description: "Queries to a Prometheus, each with one value." }),
    url: z
      .url({ protocol: /^https?$/ })
      .meta({ description: "Address of the Prometheus.", example: "http://prometheus.monitoring:9090" }),
    failures: query(
      "Counter of what failed in the new version's pods, the same query at a step's beginning and end; no value is unknown, unless the query ends in: or vector(0).",
      'sum(flame_turns_total{pod=~"flame-prod-agent-canary-.+",outcome=~"failed|timed-out"}) or vector(0)',
    ),
    total: query(
      "Counter of all there was in the new version's pods.",
      'sum(flame_turns_total{pod=~"flame-prod-agent-canary-.+"}) or vector(0)',
    ),
    ...bounds,
    latency: z
      .strictObject({
        query: query(
          "Latency in seconds at a step's end.",
          'histogram_quantile(0.95, sum by (le) (rate(flame_turn_duration_seconds_bucket{pod=~"flame-prod-agent-canary-.+"}[5m])))',
        ),
        secondsMax,
      })
      .optional(),
  }),
]);

/** How a new version is tried out on a part of the requests before it takes all of them. */
export const CanarySettings = z
  .strictObject({
    steps: z
      .array(Step)
      .min(1)
      .max(20)
      .prefault([{ weightPercent: 25 }, { weightPercent: 50 }])
      .meta({ description: "Steps, each with more for the new version than the one before." }),
    analysis: Analysis.prefault({ kind: "agents" }),
  })
  .superRefine(({ steps }, context) => {
    for (const [index, { weightPercent }] of steps.entries()) {
      const before = steps[index - 1]?.weightPercent;
      if (before === undefined || weightPercent > before) continue;
      refuse(context, {
        path: ["steps", index, "weightPercent"],
        allowed: `more than ${before}, the weight of the step before`,
        mend: "put the steps in rising order, or remove one",
      });
    }
  })
  .prefault({});

export type CanarySettings = z.output<typeof CanarySettings>;
