import { z } from "zod";
import { refuse } from "../../core/index.ts";

const Step = z.strictObject({
  weightPercent: z.int().min(1).max(99).meta({
    description:
      "Share of the requests that the new version gets, or of the replicas where no gateway shares them out.",
    unit: "percent",
    example: 25,
  }),
  pauseSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .prefault(60)
    .meta({ description: "How long the step lasts before it is judged.", unit: "seconds" }),
});

const bound = {
  failures: z
    .string()
    .min(1)
    .meta({ description: "Counter or query of what failed.", example: "flame_turns_failed_total" }),
  total: z.string().min(1).meta({ description: "Counter or query of all there was.", example: "flame_turns_total" }),
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

/** How a new version is tried out on a part of the requests before it takes all of them. */
export const CanarySettings = z
  .strictObject({
    steps: z
      .array(Step)
      .min(1)
      .max(20)
      .prefault([{ weightPercent: 25 }, { weightPercent: 50 }])
      .meta({ description: "Steps, each with more for the new version than the one before." }),
    analysis: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("agents").meta({ description: "Counters of the new version's own metrics endpoints." }),
          ...bound,
        }),
        z.strictObject({
          kind: z.literal("prometheus").meta({ description: "Queries to a Prometheus." }),
          url: z
            .url({ protocol: /^https?$/ })
            .meta({ description: "Address of the Prometheus.", example: "http://prometheus.monitoring:9090" }),
          ...bound,
        }),
      ])
      .prefault({ kind: "agents", failures: "flame_turns_failed_total", total: "flame_turns_total" }),
  })
  .prefault({})
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
  });

export type CanarySettings = z.output<typeof CanarySettings>;
