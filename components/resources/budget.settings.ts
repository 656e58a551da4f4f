import { z } from "zod";

/** What the hosts may cost; the plan compares it with their tiers' prices. */
export const Budget = z
  .strictObject({
    amount: z.number().positive().max(100_000_000).meta({
      description: "Most that the hosts may cost in a period.",
      unit: "of your currency",
      example: 200,
    }),
    period: z
      .enum(["daily", "weekly", "monthly", "quarterly"])
      .prefault("monthly")
      .meta({ description: "Period that the amount is for." }),
    warnPercents: z
      .array(z.number().min(1).max(100))
      .prefault([80])
      .meta({ description: "Shares of the amount above which the plan warns.", unit: "percent", example: [50, 80] }),
    onExcess: z
      .enum(["refuse", "warn"])
      .prefault("refuse")
      .meta({ description: "Whether a plan above the amount is refused, or only says so." }),
  })
  .optional()
  .meta({ description: "What the hosts may cost; nothing is compared where it is left out." });

export type Budget = z.output<typeof Budget>;
