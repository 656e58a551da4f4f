import type { ImageReference, MilliCpu } from "../core/index.ts";
import type { HealthCheck, Logging, PublishedPort, RestartPolicy } from "./container.settings.ts";

/** Where a secret's value comes from. */
export type SecretSource =
  /** A secret value of the stack's configuration. */
  | { readonly kind: "configuration"; readonly name: string }
  /** A random value, made once and kept in the state. */
  | { readonly kind: "generated"; readonly name: string; readonly length: number };

/** Something a container sees at a path. */
export type MountPlan =
  | { readonly kind: "volume"; readonly volume: string; readonly containerPath: string }
  | { readonly kind: "folder"; readonly hostPath: string; readonly containerPath: string; readonly mode: "ro" | "rw" }
  | MemoryMountPlan;

/** A file system in memory. */
export interface MemoryMountPlan {
  readonly kind: "memory";
  readonly containerPath: string;
  readonly sizeMiB: number;
  /** Beside nosuid and nodev, which every engine sets. */
  readonly options: readonly string[];
  /** User and group it belongs to, where that isn't root. */
  readonly owner: string | undefined;
}

/** CPU and memory in the units that engines take. */
export interface LimitPlan {
  /** Weight under contention; 1024 is one core's worth. */
  readonly cpuShares: number;
  readonly cpu: MilliCpu;
  readonly cpuSet: string | undefined;
  readonly memoryMiB: number;
  readonly memoryReservationMiB: number;
  /** Memory and swap together, as engines count it. */
  readonly memoryAndSwapMiB: number;
}

/** What runs, the same wherever and however often it does: a container and a workload add where and how. */
export interface ProcessPlan {
  readonly name: string;
  /** Short name within the environment: `agent`, `database` or an entry of `containers`. */
  readonly key: string;
  readonly image: ImageReference;
  /** Replaces the image's own entry point where it isn't empty. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly user: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Environment variables whose values are secrets. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly mounts: readonly MountPlan[];
  readonly healthCheck: HealthCheck;
  readonly restart: RestartPolicy;
  readonly logging: Logging;
  readonly stopGraceSeconds: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Keys of those that are started first. */
  readonly dependsOn: readonly string[];
}

/** One container, decided: every adapter of a single engine makes its object from this and nothing else. */
export interface ContainerPlan extends ProcessPlan {
  /** Name under which others on its network reach it; replicas of one workload share it. */
  readonly networkAlias: string;
  /** Digest of an image that only the engine's own store has, whose name stays when it is built anew; `undefined`: not known. */
  readonly imageId: string | undefined;
  readonly updateAutomatically: boolean;
  readonly ports: readonly PublishedPort[];
  readonly limits: LimitPlan;
  readonly dnsServers: readonly string[];
}

/** A network of one engine. */
export interface NetworkPlan {
  readonly name: string;
  readonly driver: "bridge" | "macvlan" | "ipvlan";
  readonly subnet: string;
  readonly gateway: string;
  /** Part of the subnet from which containers get their addresses; `undefined`: all of it. */
  readonly addressRange: string | undefined;
  readonly options: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** A volume that the engine keeps. */
export interface VolumePlan {
  readonly name: string;
  readonly persistent: boolean;
  readonly driver: string;
  readonly driverOptions: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

/** Orders containers so that each comes after those it depends on; a cycle is returned as the names on it. */
export function startOrder<Item extends { readonly key: string; readonly dependsOn: readonly string[] }>(
  items: readonly Item[],
):
  | { readonly kind: "order"; readonly items: readonly Item[] }
  | { readonly kind: "cycle"; readonly keys: readonly string[] } {
  const byKey = new Map(items.map((item) => [item.key, item]));
  const ordered: Item[] = [];
  const state = new Map<string, "visiting" | "done">();

  const visit = (item: Item, trail: readonly string[]): readonly string[] | undefined => {
    if (state.get(item.key) === "done") return undefined;
    if (state.get(item.key) === "visiting") return [...trail.slice(trail.indexOf(item.key)), item.key];
    state.set(item.key, "visiting");
    for (const key of item.dependsOn) {
      const dependency = byKey.get(key);
      const cycle = dependency && visit(dependency, [...trail, item.key]);
      if (cycle) return cycle;
    }
    state.set(item.key, "done");
    ordered.push(item);
    return undefined;
  };

  for (const item of items) {
    const cycle = visit(item, []);
    if (cycle) return { kind: "cycle", keys: cycle };
  }
  return { kind: "order", items: ordered };
}
