import type { Bytes, MilliCpu } from "../core/index.ts";
import type { ProcessPlan, VolumePlan } from "./container.plan.ts";
import type { Toleration, WorkloadSettings } from "./workload.settings.ts";

/** A port that a workload's process listens on. */
export interface WorkloadPort {
  /** Name within the workload, a DNS label of at most 15 characters (IANA's limit): `http`, `port-1`. */
  readonly name: string;
  readonly containerPort: number;
  readonly protocol: "tcp" | "udp";
  /** Port under which it is published. */
  readonly publishedPort: number;
  /** `inside`: the orchestrator's own network; `host`: and a host's loopback; `everywhere`: all addresses of a host; else one. */
  readonly reach: "inside" | "host" | "everywhere" | { readonly address: string };
}

/** A file whose content the deployment brings along. It is no secret. */
export interface WorkloadFile {
  readonly path: string;
  readonly content: string;
}

/** What a replica is sure of and what it can't exceed. */
interface WorkloadResources {
  readonly cpuRequest: MilliCpu;
  readonly cpuLimit: MilliCpu;
  readonly memoryRequest: Bytes;
  readonly memoryLimit: Bytes;
  readonly swap: Bytes;
  readonly cpuSet: string | undefined;
  readonly priority: "high" | "medium" | "low";
  /** Space for the writable layer and logs; `undefined`: the engine's own. */
  readonly ephemeralRequest: Bytes | undefined;
  readonly ephemeralLimit: Bytes | undefined;
  /** Whole devices. */
  readonly gpus: number;
  /** Bytes that it may take in and send out in a second; `undefined`: as many as there is room for. */
  readonly ingressPerSecond: Bytes | undefined;
  readonly egressPerSecond: Bytes | undefined;
}

/** Where replicas may run. */
interface PlacementPlan {
  readonly require: WorkloadSettings["placement"]["require"];
  readonly prefer: WorkloadSettings["placement"]["prefer"];
  /** Labels of hosts over whose values replicas are spread evenly. */
  readonly spreadOver: readonly string[];
  /** Whether two replicas may share a host. */
  readonly apart: WorkloadSettings["placement"]["apart"];
  readonly tolerations: readonly Toleration[];
}

/** How many replicas run. Where an autoscaler is, it owns the count between the bounds. */
interface ReplicaPlan {
  readonly mode: "replicated" | "global";
  readonly min: number;
  readonly max: number;
  /** Replicas of a new version that is tried out beside the others, at most. Default: none. */
  readonly tried?: number;
}

/** How replicas are kept from harming their host. Root, privileges and a writable root aren't settings: no workload has them. */
interface SecurityPlan {
  readonly seccomp: WorkloadSettings["security"]["seccomp"];
}

/** Where metrics are served. */
interface MetricsPlan {
  readonly port: number;
  readonly path: string;
}

/**
 * One workload, decided: what runs, how often, where, and how a new version replaces the old one.
 * An orchestrator's adapter makes its objects from this and nothing else; a `ContainerPlan` is one replica of it on one engine.
 */
export interface WorkloadPlan extends ProcessPlan {
  readonly files: readonly WorkloadFile[];
  readonly ports: readonly WorkloadPort[];
  /** HTTP path that answers whether a replica may be sent requests; `undefined`: the health check says it. */
  readonly readyPath: string | undefined;
  readonly resources: WorkloadResources;
  readonly placement: PlacementPlan;
  readonly update: WorkloadSettings["update"];
  readonly rollback: WorkloadSettings["rollback"];
  readonly replicas: ReplicaPlan;
  readonly security: SecurityPlan;
  readonly metrics: MetricsPlan | undefined;
}

/** A volume with its size, where the storage can bound it. */
export interface WorkloadVolumePlan extends VolumePlan {
  readonly size: Bytes;
}

/** Whether a workload keeps files of its own: only one of it may run, and it stays where its files are. */
export function keepsData({ mounts }: Pick<WorkloadPlan, "mounts">): boolean {
  return mounts.some(({ kind }) => kind === "volume");
}

/** Replicas of a workload that run at once while it is updated, at its upper bound. */
export function replicasAtMost({ replicas, update }: Pick<WorkloadPlan, "replicas" | "update">): number {
  const surge = update.order === "start-first" ? Math.min(update.parallelism, replicas.max) : 0;
  switch (update.strategy) {
    case "recreate":
      return replicas.max;
    case "rolling":
      return replicas.max + surge;
    // The new version takes the old one's place while those that tried it still serve.
    case "canary":
      return replicas.max + surge + (replicas.tried ?? 0);
    case "blue-green":
      return replicas.max * 2;
  }
}

/** Longest that a new replica may take until its health counts, with every check at its slowest. */
export function startupSecondsOf({ healthCheck }: Pick<WorkloadPlan, "healthCheck">): number {
  const { startPeriodSeconds, intervalSeconds, timeoutSeconds, retries } = healthCheck;
  return startPeriodSeconds + retries * (intervalSeconds + timeoutSeconds);
}
