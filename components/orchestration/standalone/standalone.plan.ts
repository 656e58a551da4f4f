import type { ContainerPlan, NetworkPlan, VolumePlan } from "../container.plan.ts";

/** A container of a host, and how a new version takes its place. */
export interface StandaloneContainer extends ContainerPlan {
  /** `beside`: the new one is healthy before the old one stops, so its name carries its version. */
  readonly replacement: "beside" | "in-place";
  /** Names of the containers that must be healthy before it is made. */
  readonly after: readonly string[];
  /** Time in which it must be healthy. */
  readonly startupSeconds: number;
  /** Turn in which a new version's containers replace the old ones: those of one batch at once. */
  readonly batch: number;
  readonly gpus: number;
}

/** One host's objects, in the order in which they are made. */
export interface StandaloneHostPlan {
  readonly name: string;
  /** Address of its engine: `ssh://…` or `unix://…`. */
  readonly engineAddress: string;
  readonly network: NetworkPlan;
  readonly volumes: readonly VolumePlan[];
  readonly containers: readonly StandaloneContainer[];
}

/** How `blueprint rollout` replaces a version. */
export interface RolloutPace {
  /** Time for which a new version is tried, with no client's request, before anything that serves is touched. */
  readonly monitorSeconds: number;
  /** Time after which the proxy surely knows a container that is ready. */
  readonly noticeSeconds: number;
  /** What a failed version leads to: the old one serves again, or all is left as it is for a look. */
  readonly onFailure: "rollback" | "pause";
}

/** Everything that the hosts' own engines are told. */
export interface StandalonePlan {
  readonly kind: "standalone";
  /** Prefix of everything on the hosts. */
  readonly name: string;
  readonly engine: "podman" | "docker";
  readonly hosts: readonly StandaloneHostPlan[];
  readonly rollout: RolloutPace;
}
