import { z } from "zod";
import { Bytes, Cpu, refuse } from "../core/index.ts";

const percent = (max: number) => z.number().min(0).max(max);

/** What the host has, what stays with its user, and who gives way under pressure. */
export const ResourceSettings = z
  .strictObject({
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
          description: "Cores that all containers together may use; size of the Podman machine.",
          unit: "cores",
          example: "3",
        }),
        memory: Bytes.prefault("4GiB").meta({
          description: "Memory that all containers together may use.",
          unit: "bytes",
          example: "4GiB",
        }),
        machineMemory: Bytes.optional().meta({
          description:
            "Memory of the Podman machine where there is one; engine.memory and a tenth where it is left out.",
          unit: "bytes",
          example: "5GiB",
        }),
        storage: Bytes.prefault("20GiB").meta({
          description: "Disk space for images and volumes; size of the Podman machine's disk.",
          unit: "bytes",
          example: "20GiB",
        }),
      })
      .prefault({}),
    reconciliation: z
      .strictObject({
        policy: z.enum(["desktop-first", "containers-first", "balanced"]).prefault("balanced").meta({
          description: "Who gives way when the host runs short: containers, the desktop's reserve, or both by half.",
        }),
        intervalSeconds: z
          .int()
          .min(1)
          .max(3600)
          .prefault(30)
          .meta({ description: "Time between two comparisons of the plan with what is used.", unit: "seconds" }),
        cpuThresholdPercent: percent(100)
          .prefault(85)
          .meta({ description: "CPU use of the host above which containers are adjusted.", unit: "percent" }),
        memoryThresholdPercent: percent(100)
          .prefault(85)
          .meta({ description: "Memory use of the host above which containers are adjusted.", unit: "percent" }),
      })
      .prefault({}),
  })
  .superRefine(({ engine }, context) => {
    if (engine.machineMemory !== undefined && engine.machineMemory < engine.memory) {
      refuse(context, {
        path: ["engine", "machineMemory"],
        allowed: "at least engine.memory, since the machine holds every container",
        mend: "raise engine.machineMemory or lower engine.memory",
      });
    }
  });

export type ResourceSettings = z.output<typeof ResourceSettings>;
