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
  heartbeatSeconds: z.int().min(1).max(300).prefault(15).meta({
    description:
      "Silence of a stream after which the agent sends a comment line, so that no proxy takes a thinking model for a dead connection. Idle timeouts on the way are counted against twice this, life times against maxSeconds.",
    unit: "seconds",
    example: 15,
  }),
  stopGraceSeconds: z.int().min(1).max(7200).optional().meta({
    description:
      "Time that an engine gives a stopping agent; derived where it is left out, refused where it is shorter than a turn and its drain.",
    unit: "seconds",
    example: 190,
  }),
});

export type TurnSettings = z.output<typeof TurnSettings>;
