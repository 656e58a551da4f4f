import {
  type Bytes,
  formatBytes,
  formatCpu,
  type MilliCpu,
  mebibytes,
  milliCpu,
  type Problem,
  toMiB,
} from "../core/index.ts";
import type { Quota } from "./quota.settings.ts";

/** What one workload's replicas claim together, where it stands in the settings. */
export interface WorkloadClaim {
  readonly key: string;
  /** Path of its `resources` in the environment file. */
  readonly path: string;
  /** Replicas at once, those of an update among them. */
  readonly replicas: number;
  readonly cpuRequest: MilliCpu;
  readonly cpuLimit: MilliCpu;
  readonly memoryRequest: Bytes;
  readonly memoryLimit: Bytes;
  readonly ephemeralRequest: Bytes | undefined;
  readonly ephemeralLimit: Bytes | undefined;
  readonly gpus: number;
  /** Volumes that it mounts; replicas share them. */
  readonly storage: Bytes;
}

/** Amounts of a quota: thousandths of a core, bytes, devices and replicas. */
type Amount = keyof Quota;

/** Sums over all workloads, as a quota counts them. */
export type QuotaSums = Readonly<Record<Amount, number>>;

/** Sums over workloads and their volumes. */
export function quotaSums(claims: readonly WorkloadClaim[]): QuotaSums {
  const sum = (amount: (claim: WorkloadClaim) => number) =>
    claims.reduce((total, claim) => total + amount(claim) * claim.replicas, 0);
  return {
    cpuRequests: sum(({ cpuRequest }) => cpuRequest),
    cpuLimits: sum(({ cpuLimit }) => cpuLimit),
    memoryRequests: sum(({ memoryRequest }) => memoryRequest),
    memoryLimits: sum(({ memoryLimit }) => memoryLimit),
    ephemeralRequests: sum(({ ephemeralRequest = 0 }) => ephemeralRequest),
    ephemeralLimits: sum(({ ephemeralLimit = 0 }) => ephemeralLimit),
    storage: claims.reduce((total, { storage }) => total + storage, 0),
    gpus: sum(({ gpus }) => gpus),
    replicas: sum(() => 1),
  };
}

/** Every sum that a quota doesn't allow; `path` is where the quota stands. */
export function checkQuota(path: string, quota: Quota, sums: QuotaSums): Problem[] {
  return AMOUNTS.flatMap((amount) => {
    const most = quota[amount];
    if (most === undefined || sums[amount] <= most) return [];
    const print = PRINT[amount];
    return [
      {
        path: `${path}.${amount}`,
        given: print(most),
        allowed: `at least ${print(sums[amount])}: what all replicas at their bounds claim, with those of an update`,
        mend: "raise the quota, lower the workloads' resources, or lower scaling.replicas.max",
      },
    ];
  });
}

/** The quota in the words of Kubernetes' ResourceQuota. */
export function kubernetesQuota(quota: Quota): Record<string, string> {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["requests.cpu", quota.cpuRequests === undefined ? undefined : formatCpu(quota.cpuRequests)],
    ["limits.cpu", quota.cpuLimits === undefined ? undefined : formatCpu(quota.cpuLimits)],
    ["requests.memory", inMebibytes(quota.memoryRequests)],
    ["limits.memory", inMebibytes(quota.memoryLimits)],
    ["requests.ephemeral-storage", inMebibytes(quota.ephemeralRequests)],
    ["limits.ephemeral-storage", inMebibytes(quota.ephemeralLimits)],
    ["requests.storage", inMebibytes(quota.storage)],
    ["requests.nvidia.com/gpu", quota.gpus === undefined ? undefined : `${quota.gpus}`],
    ["pods", quota.replicas === undefined ? undefined : `${quota.replicas}`],
  ];
  return Object.fromEntries(rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Bytes as a reader writes them. */
export const printBytes = (bytes: number) => formatBytes(mebibytes(Math.ceil(bytes / 1024 ** 2)));
/** Thousandths of a core as a reader writes them. */
export const printCpu = (cpu: number) => formatCpu(milliCpu(cpu));

const PRINT: Readonly<Record<Amount, (amount: number) => string>> = {
  cpuRequests: printCpu,
  cpuLimits: printCpu,
  memoryRequests: printBytes,
  memoryLimits: printBytes,
  ephemeralRequests: printBytes,
  ephemeralLimits: printBytes,
  storage: printBytes,
  gpus: String,
  replicas: String,
};

const AMOUNTS = [
  "cpuRequests",
  "cpuLimits",
  "memoryRequests",
  "memoryLimits",
  "ephemeralRequests",
  "ephemeralLimits",
  "storage",
  "gpus",
  "replicas",
] as const satisfies readonly Amount[];

function inMebibytes(bytes: Bytes | undefined): string | undefined {
  return bytes === undefined ? undefined : `${toMiB(bytes)}Mi`;
}
