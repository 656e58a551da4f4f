import { formatBytes, formatCpu, type MilliCpu, mebibytes, milliCpu, type Problem, toMiB } from "../core/index.ts";
import type { ContainerResources, LimitPlan } from "../orchestration/index.ts";
import type { ResourceSettings } from "./resources.settings.ts";

/** What one container asks of the host, and where it stands in the settings. */
export interface ResourceClaim {
  readonly key: string;
  /** Path of its `resources` in the environment file. */
  readonly path: string;
  readonly resources: ContainerResources;
}

/** How a desktop's resources are shared out. */
export interface ResourcePlan {
  /** Size of the Podman machine, on systems where containers need one. */
  readonly machine: { readonly cpus: number; readonly memoryMiB: number; readonly diskGiB: number };
  /** What the desktop keeps for itself. */
  readonly reserve: { readonly cpu: MilliCpu; readonly memoryMiB: number; readonly diskMiB: number };
  /** Sums over all containers against what they may use together. */
  readonly capacity: {
    readonly cpu: { readonly requested: MilliCpu; readonly limited: MilliCpu; readonly available: MilliCpu };
    readonly memoryMiB: { readonly requested: number; readonly limited: number; readonly available: number };
  };
  readonly reconciliation: {
    readonly policy: ResourceSettings["reconciliation"]["policy"];
    readonly cpuThresholdPercent: number;
    readonly memoryThresholdPercent: number;
    /** Limits under pressure, in the order in which containers give way. */
    readonly underPressure: readonly { readonly key: string; readonly cpu: MilliCpu; readonly memoryMiB: number }[];
  };
}

/** CPU weight of a priority, against `medium`. */
const PRIORITY_WEIGHT = { high: 4, medium: 1, low: 0.25 } as const;
/** Containers give way in this order. */
const PRIORITY_ORDER = { low: 0, medium: 1, high: 2 } as const;
/** Weight that leaves a desktop app twice the share of a container of the same request. */
const DESKTOP_FIRST_WEIGHT = 0.5;
/** One core's weight (Linux cgroup v1's default, and what Kubernetes counts a core as). */
const SHARES_PER_CORE = 1024;
/** Smallest and largest weight that cgroups take. */
const SHARES_RANGE = { min: 2, max: 262_144 } as const;
/** What the machine's own system needs on top of its containers. */
const MACHINE_OVERHEAD = 1.1;
/** Share of the way from limit to request that a container goes when the host runs short. */
const GIVES_WAY = { "desktop-first": 1, balanced: 0.5, "containers-first": 0 } as const;

/** Limits of one container in the units that engines take. */
export function planLimits(resources: ContainerResources, prioritizeDesktopApp: boolean): LimitPlan {
  const { requests, limits } = resources;
  const weight = PRIORITY_WEIGHT[resources.priority] * (prioritizeDesktopApp ? DESKTOP_FIRST_WEIGHT : 1);
  const shares = Math.round((requests.cpu / 1000) * SHARES_PER_CORE * weight);
  return {
    cpuShares: Math.min(SHARES_RANGE.max, Math.max(SHARES_RANGE.min, shares)),
    cpu: limits.cpu,
    cpuSet: resources.cpuSet,
    memoryMiB: toMiB(limits.memory),
    memoryReservationMiB: toMiB(requests.memory),
    memoryAndSwapMiB: toMiB(limits.memory) + toMiB(limits.swap),
  };
}

/** Shares a desktop out between its user and the containers. */
export function planResources(settings: ResourceSettings, claims: readonly ResourceClaim[]): ResourcePlan {
  const { host, engine } = settings;
  const { policy, cpuThresholdPercent, memoryThresholdPercent } = settings.reconciliation;
  return {
    machine: {
      cpus: Math.ceil(engine.cpu / 1000),
      memoryMiB: Math.ceil(toMiB(engine.memory) * MACHINE_OVERHEAD),
      diskGiB: Math.ceil(toMiB(engine.storage) / 1024),
    },
    reserve: {
      cpu: milliCpu((host.cpu * host.reservedCpuPercent) / 100),
      memoryMiB: Math.ceil((toMiB(host.memory) * host.reservedMemoryPercent) / 100),
      diskMiB: Math.ceil((toMiB(host.disk) * host.reservedDiskPercent) / 100),
    },
    capacity: {
      cpu: {
        requested: milliCpu(sum(claims, ({ resources }) => resources.requests.cpu)),
        limited: milliCpu(sum(claims, ({ resources }) => resources.limits.cpu)),
        available: engine.cpu,
      },
      memoryMiB: {
        requested: sum(claims, ({ resources }) => toMiB(resources.requests.memory)),
        limited: sum(claims, ({ resources }) => toMiB(resources.limits.memory)),
        available: toMiB(engine.memory),
      },
    },
    reconciliation: {
      policy,
      cpuThresholdPercent,
      memoryThresholdPercent,
      underPressure: [...claims].sort(byPriority).map((claim) => ({ key: claim.key, ...pressed(claim, policy) })),
    },
  };
}

/** What doesn't fit: engine against host, containers against engine, processors that the host doesn't have. */
export function checkResources(settings: ResourceSettings, claims: readonly ResourceClaim[]): Problem[] {
  return [
    ...checkNobodyActs(settings),
    ...checkEngineFitsHost(settings),
    ...checkSum(settings, claims, "requests"),
    ...(settings.host.allowOversubscription ? [] : checkSum(settings, claims, "limits")),
    ...claims.flatMap((claim) => checkProcessors(settings, claim)),
  ];
}

function checkNobodyActs({ engine, reconciliation }: ResourceSettings): Problem[] {
  const rows = [
    {
      path: "resources.engine.machineMemory",
      given: engine.machineMemory === undefined ? undefined : printBytes(engine.machineMemory),
      allowed: "nothing: a Podman machine is made by whoever installs Podman, and nothing here changes its size",
      mend: "remove it and give the machine its size by podman machine set --memory",
    },
    {
      path: "resources.reconciliation.intervalSeconds",
      given: reconciliation.intervalSeconds?.toString(),
      allowed: "nothing: limits are compared with what is used when blueprint status is run, and by nobody else",
      mend: "remove it and run blueprint status when you want to know",
    },
  ];
  return rows.flatMap(({ given, ...problem }) => (given === undefined ? [] : [{ ...problem, given }]));
}

function checkEngineFitsHost({ host, engine }: ResourceSettings): Problem[] {
  const rows = [
    {
      name: "cpu",
      asked: engine.cpu,
      whole: host.cpu,
      reserved: host.reservedCpuPercent,
      print: (value: number) => formatCpu(milliCpu(value)),
    },
    {
      name: "memory",
      asked: engine.memory,
      whole: host.memory,
      reserved: host.reservedMemoryPercent,
      print: printBytes,
    },
    { name: "storage", asked: engine.storage, whole: host.disk, reserved: host.reservedDiskPercent, print: printBytes },
  ];
  return rows.flatMap(({ name, asked, whole, reserved, print }) => {
    const left = Math.floor(whole * (1 - reserved / 100));
    if (asked <= left) return [];
    return [
      {
        path: `resources.engine.${name}`,
        given: print(asked),
        allowed: `at most ${print(left)} (host ${print(whole)} − ${reserved} % for the desktop)`,
        mend: `lower it, lower the reserved share, or declare a larger resources.host`,
      },
    ];
  });
}

function checkSum(
  { engine }: ResourceSettings,
  claims: readonly ResourceClaim[],
  kind: "requests" | "limits",
): Problem[] {
  const oversubscribe = kind === "limits" ? ", or set resources.host.allowOversubscription to true" : "";
  return (["cpu", "memory"] as const).flatMap((resource) => {
    const print = resource === "cpu" ? (value: number) => formatCpu(milliCpu(value)) : printBytes;
    const total = sum(claims, ({ resources }) => resources[kind][resource]);
    if (total <= engine[resource]) return [];
    const terms = claims.map((claim) => `${claim.key} ${print(claim.resources[kind][resource])}`).join(" + ");
    return [
      {
        path: `${claims[0]?.path ?? "resources"}.${kind}.${resource}`,
        given: `in sum ${print(total)} (${terms})`,
        allowed: `in sum at most ${print(engine[resource])}, which is resources.engine.${resource}`,
        mend: `lower ${kind}.${resource} of a container or raise resources.engine.${resource}${oversubscribe}`,
      },
    ];
  });
}

function checkProcessors({ host }: ResourceSettings, { path, resources }: ResourceClaim): Problem[] {
  const highest = Math.max(...(resources.cpuSet ?? "0").split(/[,-]/).map(Number));
  const last = Math.ceil(host.cpu / 1000) - 1;
  if (highest <= last) return [];
  return [
    {
      path: `${path}.cpuSet`,
      given: JSON.stringify(resources.cpuSet),
      allowed: `processors 0 to ${last}, since resources.host.cpu is ${formatCpu(host.cpu)}`,
      mend: "name processors that every desktop has, or declare a larger resources.host.cpu",
    },
  ];
}

function pressed({ resources }: ResourceClaim, policy: ResourceSettings["reconciliation"]["policy"]) {
  const { requests, limits } = resources;
  const between = (limit: number, request: number) => limit - (limit - request) * GIVES_WAY[policy];
  return {
    cpu: milliCpu(between(limits.cpu, requests.cpu)),
    memoryMiB: Math.ceil(between(toMiB(limits.memory), toMiB(requests.memory))),
  };
}

function byPriority(one: ResourceClaim, other: ResourceClaim): number {
  return (
    PRIORITY_ORDER[one.resources.priority] - PRIORITY_ORDER[other.resources.priority] || (one.key < other.key ? -1 : 1)
  );
}

function sum(claims: readonly ResourceClaim[], amount: (claim: ResourceClaim) => number): number {
  return claims.reduce((total, claim) => total + amount(claim), 0);
}

function printBytes(count: number): string {
  return formatBytes(mebibytes(Math.ceil(count / 1024 ** 2)));
}
