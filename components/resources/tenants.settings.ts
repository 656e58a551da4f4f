import { z } from "zod";
import { Quota } from "./quota.settings.ts";

/** Tenants of an environment that have workloads of their own, by name. */
export const Tenants = z
  .record(
    z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "lower-case letters, digits and hyphens, at most 31"),
    z.strictObject({
      workloads: z
        .array(z.string().min(1))
        .min(1)
        .meta({ description: "Workloads that are the tenant's alone: entries of containers.", example: ["worker"] }),
      quota: Quota.prefault({}),
      monthlyCostMax: z.number().min(0).max(1_000_000).optional().meta({
        description:
          "Most that its share of the hosts' cost may be: its share of the CPU and memory that is asked for.",
        unit: "of your currency",
        example: 20,
      }),
    }),
  )
  .prefault({})
  .meta({ description: "Tenants with workloads of their own, by name." });

export type Tenants = z.output<typeof Tenants>;
