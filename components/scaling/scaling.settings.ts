import { z } from "zod";
import { DurationSeconds, formatSeconds, refuse } from "../core/index.ts";

const SHORTEST_IDLE_SECONDS = 60;

/** How many agents run, between which bounds. */
export const ScalingSettings = z
  .strictObject({
    preset: z
      .enum(["minimal", "steady", "bursty", "scale-to-zero"])
      .prefault("minimal")
      .meta({ description: "Bundle of scaling settings; a setting beside it wins over the bundle." }),
    replicas: z
      .strictObject({
        min: z.int().min(0).max(1000).prefault(1).meta({
          description: "Fewest agents that run; 0 is refused everywhere until something stops and wakes an idle one.",
          unit: "agents",
        }),
        max: z.int().min(1).max(1000).prefault(1).meta({
          description: "Most agents that run; above replicas.min on Kubernetes alone, whose autoscaler starts them.",
          unit: "agents",
        }),
      })
      .prefault({}),
    idleStopAfter: DurationSeconds.optional().meta({
      description: "Time without a turn after which an agent stops, where replicas.min is 0, which is refused so far.",
      unit: "duration",
      example: "15m",
    }),
  })
  .superRefine(({ replicas, idleStopAfter }, context) => {
    if (replicas.min > replicas.max) {
      refuse(context, {
        path: ["replicas", "min"],
        allowed: `at most replicas.max, which is ${replicas.max}`,
        mend: "lower replicas.min or raise replicas.max",
      });
    }
    if (replicas.min === 0 && idleStopAfter === undefined) {
      refuse(context, {
        path: ["idleStopAfter"],
        allowed: "a duration such as 15m while replicas.min is 0",
        mend: "set idleStopAfter, or replicas.min to 1",
      });
    }
    if (idleStopAfter !== undefined && idleStopAfter < SHORTEST_IDLE_SECONDS) {
      refuse(context, {
        path: ["idleStopAfter"],
        allowed: `at least ${formatSeconds(SHORTEST_IDLE_SECONDS)}, so that an agent isn't stopped between two turns`,
        mend: "raise idleStopAfter",
      });
    }
    if (replicas.min > 0 && idleStopAfter !== undefined) {
      refuse(context, {
        path: ["idleStopAfter"],
        allowed: "nothing while replicas.min keeps an agent running",
        mend: "set replicas.min to 0, or remove idleStopAfter",
      });
    }
  });

export type ScalingSettings = z.output<typeof ScalingSettings>;
