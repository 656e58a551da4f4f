import { z } from "zod";

/** When what was asked for and isn't used is told. */
export const Wastage = z
  .strictObject({
    severity: z
      .enum(["info", "warning"])
      .prefault("info")
      .meta({ description: "Severity label of the alerts, by which Alertmanager routes them." }),
    rules: z
      .array(
        z.strictObject({
          resource: z
            .enum(["cpu", "memory", "storage"])
            .meta({ description: "What is asked for: CPU, memory, or the space of volumes." }),
          belowPercent: z
            .number()
            .min(1)
            .max(99)
            .meta({ description: "Use of what is asked for below which it is wasted.", unit: "percent", example: 20 }),
          forMinutes: z
            .int()
            .min(1)
            .max(43_200)
            .prefault(1440)
            .meta({ description: "How long it must be so.", unit: "minutes" }),
        }),
      )
      .max(12)
      .prefault([])
      .meta({ description: "Rules, each an alert for every workload." }),
  })
  .prefault({})
  .meta({ description: "Alerts for Prometheus about resources that are asked for and not used." });

export type Wastage = z.output<typeof Wastage>;
