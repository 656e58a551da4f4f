import { z } from "zod";
import { DurationSeconds } from "../core/index.ts";

const threshold = (description: string, unit: string, value: number, max: number) =>
  z.number().min(0).max(max).prefault(value).meta({ description, unit });

/** What is watched on a desktop, how often, and from which value it is reported. */
export const MonitoringSettings = z.strictObject({
  status: z
    .strictObject({
      intervalSeconds: z
        .int()
        .min(1)
        .max(3600)
        .prefault(15)
        .meta({ description: "Time between two looks at the agent's state.", unit: "seconds" }),
      metricsPath: z
        .string()
        .regex(/^(\/[A-Za-z0-9_.-]+)+$/, "a path such as /metrics")
        .prefault("/metrics")
        .meta({ description: "Path at which the agent serves its Prometheus metrics.", example: "/metrics" }),
      collectLogs: z
        .boolean()
        .prefault(true)
        .meta({ description: "Whether the connector keeps the agent's log output." }),
    })
    .prefault({}),
  alerts: z
    .strictObject({
      cpuPercent: threshold("CPU use of a container, of its limit.", "percent", 90, 100),
      memoryPercent: threshold("Memory use of a container, of its limit.", "percent", 90, 100),
      diskPercent: threshold("Use of the engine's storage.", "percent", 85, 100),
      restarts: threshold("Restarts of a container since it was made.", "restarts", 3, 1000),
      errorPercent: threshold("Requests that the agent failed.", "percent", 5, 100),
    })
    .prefault({}),
  host: z
    .strictObject({
      intervalSeconds: z
        .int()
        .min(1)
        .max(3600)
        .prefault(15)
        .meta({ description: "Time between two measurements of the host.", unit: "seconds" }),
      metrics: z
        .array(z.enum(["cpu", "memory", "disk", "network"]))
        .min(1)
        .prefault(["cpu", "memory", "disk"])
        .meta({ description: "What is measured.", example: ["cpu", "memory"] }),
    })
    .prefault({}),
  containers: z
    .strictObject({
      stats: z.boolean().prefault(true).meta({ description: "Whether the engine's CPU and memory figures are read." }),
      health: z.boolean().prefault(true).meta({ description: "Whether the engine's health state is read." }),
      network: z.boolean().prefault(false).meta({ description: "Whether bytes received and sent are read." }),
    })
    .prefault({}),
  application: z
    .strictObject({
      mainProcess: z
        .boolean()
        .prefault(true)
        .meta({ description: "Whether the desktop app measures its main process." }),
      renderer: z.boolean().prefault(true).meta({ description: "Whether the desktop app measures its windows." }),
      interactions: z
        .boolean()
        .prefault(false)
        .meta({ description: "Whether the desktop app counts what its user does; off for privacy." }),
      errors: z.boolean().prefault(true).meta({ description: "Whether the desktop app records unhandled errors." }),
    })
    .prefault({}),
  dashboard: z
    .strictObject({
      enabled: z.boolean().prefault(true).meta({ description: "Whether the connector keeps figures for a dashboard." }),
      refreshSeconds: z
        .int()
        .min(1)
        .max(3600)
        .prefault(10)
        .meta({ description: "Time between two updates of the dashboard.", unit: "seconds" }),
      showInApp: z
        .boolean()
        .prefault(true)
        .meta({ description: "Whether the dashboard is a view of the desktop app." }),
      keepHistory: DurationSeconds.prefault("24h").meta({
        description: "How long figures are kept.",
        unit: "duration",
        example: "24h",
      }),
    })
    .prefault({}),
});

export type MonitoringSettings = z.output<typeof MonitoringSettings>;
