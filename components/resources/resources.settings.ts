import { z } from "zod";
import { Bytes, Cpu } from "../core/index.ts";

const percent = (max: number) => z.number().min(0).max(max);

/** What the host has, what stays with its user, and who gives way under pressure. */
export const ResourceSettings = z.strictObject({
  host: z
    .strictObject({
      cpu: Cpu.prefault("4").meta({
        description: "Cores of the smallest desktop that is served.",
        unit: "cores",
        example: "8",
      }),
      memory: Bytes.prefault("8GiB").meta({
        description: "Memory of the smallest desktop that is served.",
        unit: "bytes",
        example: "16GiB",
      }),
      disk: Bytes.prefault("64GiB").meta({
        description: "Disk space of the smallest desktop that is served.",
        unit: "bytes",
        example: "256GiB",
      }),
      reservedCpuPercent: percent(90)
        .prefault(25)
        .meta({ description: "Share of the cores that containers leave to the desktop.", unit: "percent" }),
      reservedMemoryPercent: percent(90)
        .prefault(40)
        .meta({ description: "Share of the memory that containers leave to the desktop.", unit: "percent" }),
      reservedDiskPercent: percent(90)
        .prefault(20)
        .meta({ description: "Share of the disk that containers leave to the desktop.", unit: "percent" }),
      allowOversubscription: z
        .boolean()
        .prefault(false)
        .meta({ description: "Whether the sum of limits may exceed what is left; requests never may." }),
      prioritizeDesktopApp: z.boolean().prefault(true).meta({
        description: "Whether containers run at half their CPU weight, so that the desktop app stays responsive.",
      }),
    })
    .prefault({}),
  engine: z
    .strictObject({
      cpu: Cpu.prefault("3").meta({
        description: "Cores that all containers together may use.",
        unit: "cores",
        example: "3",
      }),
      memory: Bytes.prefault("4GiB").meta({
        description: "Memory that all containers together may use.",
        unit: "bytes",
        example: "4GiB",
      }),
      machineMemory: Bytes.optional().meta({
        description: "Memory of the Podman machine; refused, since nothing here makes a machine yet.",
        unit: "bytes",
        example: "5GiB",
      }),
      storage: Bytes.prefault("20GiB").meta({
        description: "Disk space for images and volumes, for which the host must have room.",
        unit: "bytes",
        example: "20GiB",
      }),
    })
    .prefault({}),
  reconciliation: z
    .strictObject({
      policy: z.enum(["desktop-first", "containers-first", "balanced"]).prefault("balanced").meta({
        description:
          "Whose limits blueprint status would lower when the host runs short: containers' to their requests, nobody's, or half the way; nothing lowers them by itself yet.",
      }),
      intervalSeconds: z.int().min(1).max(3600).optional().meta({
        description:
          "Time between two comparisons of the plan with what is used; refused, since nothing compares by itself yet.",
        unit: "seconds",
        example: 30,
      }),
      cpuThresholdPercent: percent(100)
        .prefault(85)
        .meta({ description: "CPU use of the host above which blueprint status names lower limits.", unit: "percent" }),
      memoryThresholdPercent: percent(100).prefault(85).meta({
        description: "Memory use of the host above which blueprint status names lower limits.",
        unit: "percent",
      }),
    })
    .prefault({}),
});

export type ResourceSettings = z.output<typeof ResourceSettings>;
