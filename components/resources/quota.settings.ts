import { z } from "zod";
import { Bytes, Cpu } from "../core/index.ts";

const amount = {
  cpu: (description: string) => Cpu.optional().meta({ description, unit: "cores", example: "8" }),
  bytes: (description: string) => Bytes.optional().meta({ description, unit: "bytes", example: "16GiB" }),
  count: (description: string, unit: string) =>
    z.int().min(0).max(100_000).optional().meta({ description, unit, example: 20 }),
};

/** Sums that may not be exceeded; a sum that is left out has no bound. */
export const Quota = z.strictObject({
  cpuRequests: amount.cpu("CPU that all replicas together are sure of."),
  cpuLimits: amount.cpu("CPU that all replicas together can use."),
  memoryRequests: amount.bytes("Memory that all replicas together are sure of."),
  memoryLimits: amount.bytes("Memory that all replicas together can use."),
  ephemeralRequests: amount.bytes("Disk space beside volumes that all replicas together are sure of."),
  ephemeralLimits: amount.bytes("Disk space beside volumes that all replicas together can use."),
  storage: amount.bytes("Size of all volumes together."),
  gpus: amount.count("GPUs of all replicas together.", "devices"),
  replicas: amount.count("Replicas of all workloads together, those of an update among them.", "replicas"),
});

export type Quota = z.output<typeof Quota>;
