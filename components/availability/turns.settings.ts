import { z } from "zod";

/** How long an agent's turn may take: every timeout of the deployment is derived from it. */
export const TurnSettings = z.strictObject({
  maxSeconds: z.int().min(5).max(3600).prefault(180).meta({
    description: "Longest turn. A deploy, a scale-in or a stop waits for it; a longer one is ended by the agent.",
    unit: "seconds",
    example: 180,
  }),
  drainMarginSeconds: z
    .int()
    .min(1)
    .max(120)
    .prefault(5)
    .meta({ description: "Time on top for the last bytes, logs and the database's close.", unit: "seconds" }),
  stopGraceSeconds: z.int().min(1).max(7200).optional().meta({
    description:
      "Time that an engine gives a stopping agent; derived where it is left out, refused where it is shorter than a turn and its drain.",
    unit: "seconds",
    example: 190,
  }),
});

export type TurnSettings = z.output<typeof TurnSettings>;
