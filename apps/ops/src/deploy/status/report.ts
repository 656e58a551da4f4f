import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import type { Way } from "../choose-way.ts";

/** The thresholds of an environment, `monitoring.alerts`. */
export type Thresholds = LocalPodmanPlan["desktop"]["monitoring"]["alerts"];

/** What an environment does now; `null` means not known or not asked for. */
export interface StatusReport {
  readonly environment: string;
  /** `null`: nothing is up. */
  readonly way: Way | null;
  readonly url: string | null;
  /** When it was brought up, as ISO 8601. */
  readonly since: string | null;
  /** What the agent itself says: `ready`, or why it isn't. */
  readonly readiness: string | null;
  readonly turnsActive: number | null;
  readonly parts: readonly PartStatus[];
  readonly host: HostUse;
  /** Use of the file system that holds the engine's storage or the agent's data, in percent. */
  readonly storagePercent: number | null;
  /** From which value on there is an alert; CPU and memory are shares of a part's limit. */
  readonly thresholds: Thresholds;
  readonly alerts: readonly Alert[];
  readonly reconciliation: Reconciliation | null;
}

/** One container, or the agent's process. */
export interface PartStatus {
  readonly key: string;
  readonly name: string;
  readonly kind: "container" | "process";
  /** In the engine's or the supervisor's words, such as `running`. */
  readonly state: string;
  /** Whether that is what it should be. */
  readonly works: boolean;
  readonly health: string | null;
  readonly restarts: number;
  readonly lastRestart: string | null;
  readonly startedAt: string | null;
  readonly cpu: { readonly cores: number; readonly limit: number } | null;
  readonly memory: { readonly usedMiB: number; readonly limitMiB: number } | null;
  readonly network: { readonly receivedMiB: number; readonly sentMiB: number } | null;
}

/** Use of the machine, in percent, as far as `monitoring.host.metrics` asks for it. */
export interface HostUse {
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
  readonly diskPercent: number | null;
  readonly network: { readonly receivedMiB: number; readonly sentMiB: number } | null;
}

/** Something that has reached the threshold from which it is told. */
export interface Alert {
  /** What it is about: a container's key, `agent requests` or `storage`. */
  readonly about: string;
  readonly found: string;
  readonly threshold: string;
}

/** What comparing the machine's use with `resources.reconciliation` comes to. */
export interface Reconciliation {
  /** Whether containers would be adjusted; `null` where the use isn't known. */
  readonly needed: boolean | null;
  readonly why: string;
  /** Limits that each container would get, in the order in which they give way. */
  readonly limits: readonly { readonly key: string; readonly cpu: string; readonly memoryMiB: number }[];
}
