import type { CanaryBounds } from "./canary.judge.ts";
import { type CanaryRoom, type CanaryStep, planCanary } from "./canary.plan.ts";

/** Where a step's figures come from. */
export type CanarySource =
  | { readonly kind: "agents"; readonly failures: string; readonly total: string; readonly histogram: string }
  | {
      readonly kind: "prometheus";
      readonly url: string;
      readonly failures: string;
      readonly total: string;
      /** `undefined`: latency isn't asked for. */
      readonly latency: string | undefined;
    };

/** How a new version is tried out on a cluster, decided. */
export interface CanaryPlan {
  /** Version that is wanted, as the pods' label tells it. */
  readonly revision: string;
  /** Digest of all that the stable Deployment is to be, its count aside. */
  readonly specification: string;
  readonly names: {
    readonly stable: string;
    readonly canary: string;
    /** Route whose weights share requests out; `undefined`: the replicas do. */
    readonly route: string | undefined;
  };
  readonly room: CanaryRoom;
  readonly steps: readonly { readonly weightPercent: number; readonly pauseSeconds: number }[];
  readonly source: CanarySource;
  readonly bounds: CanaryBounds;
  /** Labels by which the new version's pods are found. */
  readonly selector: Readonly<Record<string, string>>;
  /** Where its pods tell what they count, and the secret with the token that they ask for; `undefined`: none. */
  readonly metrics: {
    readonly port: number;
    readonly path: string;
    readonly token: { readonly name: string; readonly key: string } | undefined;
  };
  /** Longest that pods may take until they are ready. */
  readonly readySeconds: number;
  /** Longest that pods may take to end their turns. */
  readonly drainSeconds: number;
}

/** A Deployment as the cluster has it. */
export interface FoundDeployment {
  /** Version of its pods; `undefined` where they tell none. */
  readonly revision: string | undefined;
  /** Digest of what it was made from; `undefined` where it tells none. */
  readonly specification: string | undefined;
  readonly replicas: number;
  /** Whether all of its pods are of its version and available. */
  readonly settled: boolean;
}

/** What the cluster has of an environment; `undefined` where an object isn't there. */
export interface FoundCanary {
  readonly stable: FoundDeployment | undefined;
  readonly canary: FoundDeployment | undefined;
  /** Weight of the new version in the route; `undefined` where there is no route. */
  readonly weight: number | undefined;
}

/** One thing that is done to a cluster, and finished before the next begins. */
export type CanaryAction =
  /** Gives the new version the replicas that its share needs by now, and waits until they are ready. */
  | { readonly kind: "provide"; readonly step: CanaryStep }
  /** Sets a Deployment's count and waits until all are ready, or until the turns of those that go are over. */
  | {
      readonly kind: "scale";
      readonly track: "stable" | "canary";
      readonly replicas: number;
      readonly drained: boolean;
    }
  | { readonly kind: "weigh"; readonly canary: number }
  /** Lets the new version serve its share, and judges it. */
  | { readonly kind: "watch"; readonly step: CanaryStep; readonly pauseSeconds: number }
  /** Gives the stable Deployment the new version and waits until all of its pods have it. */
  | { readonly kind: "promote" }
  /** Gives it back the version that it had before. */
  | { readonly kind: "take-back" };

/** What a rollout comes to. */
export type CanaryRollout =
  | { readonly kind: "refused"; readonly found: string; readonly allowed: string }
  /** The version that is wanted serves already: what is left of an earlier rollout, and what isn't the version. */
  | { readonly kind: "settle"; readonly actions: readonly CanaryAction[] }
  | { readonly kind: "try"; readonly actions: readonly CanaryAction[] };

/** The actions from what a cluster has to the version that is wanted. An earlier rollout that broke off is begun anew. */
export function planCanaryRollout(plan: CanaryPlan, found: FoundCanary): CanaryRollout {
  const { stable, canary, weight } = found;
  if (!stable || !canary || (plan.names.route !== undefined && weight === undefined)) {
    return {
      kind: "refused",
      found: `the cluster has no ${[...(stable ? [] : [plan.names.stable]), ...(canary ? [] : [plan.names.canary]), ...(stable && canary ? [`route ${plan.names.route}`] : [])].join(" and no ")}`,
      allowed: "an environment that is up",
    };
  }
  if (canary.revision !== plan.revision) {
    return {
      kind: "refused",
      found: `${plan.names.canary} has version ${canary.revision ?? "unknown"}, and the environment's file says ${plan.revision}`,
      allowed: "the version that the last deployment put there",
    };
  }
  const taken = takeAway(plan, found);
  if (stable.revision === plan.revision) {
    const asWanted = stable.specification === plan.specification && stable.settled;
    return { kind: "settle", actions: [...(asWanted ? [] : [{ kind: "promote" } as const]), ...taken] };
  }
  const actions = [
    ...taken,
    ...stepsOf(plan, stable.replicas).flatMap((step, index) => actionsOf(plan, step, index)),
    { kind: "promote" } as const,
    ...afterPromotion(plan),
  ];
  return { kind: "try", actions };
}

/**
 * The actions after one that failed: the old version takes all requests again, and the new one's pods end their turns.
 * A stable Deployment that this rollout has given the new version, with which it doesn't get through, is given its old
 * one first; `now` is `undefined` where the cluster doesn't tell.
 */
export function planCanaryReturn(
  plan: CanaryPlan,
  before: Pick<FoundCanary, "stable">,
  now: Pick<FoundCanary, "stable"> | undefined,
): CanaryAction[] {
  const changed = before.stable?.revision !== plan.revision && now?.stable?.revision === plan.revision;
  return [...(changed ? [{ kind: "take-back" } as const] : []), ...afterPromotion(plan)];
}

/** How many replicas of the new version its share needs, however many of the old one an autoscaler keeps by now. */
export function canaryReplicasFor(plan: CanaryPlan, { weightPercent }: CanaryStep, stableReplicas: number): number {
  const [step] = planCanary([{ weightPercent }], roomOf(plan, stableReplicas));
  return step?.canaryReplicas ?? 0;
}

function stepsOf(plan: CanaryPlan, stableReplicas: number): CanaryStep[] {
  return planCanary(plan.steps, roomOf(plan, stableReplicas));
}

/** Beside a route it is the autoscaler that says how many of the old version there are. */
function roomOf({ room }: CanaryPlan, stableReplicas: number): CanaryRoom {
  return room.by === "replicas" ? room : { ...room, min: Math.max(room.min, stableReplicas) };
}

/** Pods of the new version are there before requests come, and before old ones go. */
function actionsOf(plan: CanaryPlan, step: CanaryStep, index: number): CanaryAction[] {
  const { stableReplicas, weights } = step;
  return [
    { kind: "provide", step },
    weights
      ? { kind: "weigh", canary: weights.canary }
      : { kind: "scale", track: "stable", replicas: stableReplicas, drained: false },
    { kind: "watch", step, pauseSeconds: plan.steps[index]?.pauseSeconds ?? 0 },
  ];
}

function afterPromotion(plan: CanaryPlan): CanaryAction[] {
  return [
    plan.names.route === undefined
      ? { kind: "scale", track: "stable", replicas: plan.room.max, drained: false }
      : { kind: "weigh", canary: 0 },
    { kind: "scale", track: "canary", replicas: 0, drained: true },
  ];
}

/** What is left of an earlier rollout. */
function takeAway(plan: CanaryPlan, { stable, canary, weight }: FoundCanary): CanaryAction[] {
  return afterPromotion(plan).filter((action) => {
    if (action.kind === "weigh") return weight !== action.canary;
    if (action.kind !== "scale") return true;
    const found = action.track === "stable" ? stable : canary;
    return found?.replicas !== action.replicas;
  });
}

/** What a rollout does next, for a reader. */
export function titleOfCanary(plan: CanaryPlan, action: CanaryAction): string {
  switch (action.kind) {
    case "provide":
      return `scale ${plan.names.canary} to ${action.step.canaryReplicas}${plan.room.by === "route" ? ", or more beside more of the version before" : ""}`;
    case "scale":
      return `scale ${plan.names[action.track]} to ${action.replicas}${action.drained ? ` (its turns end first, at most ${plan.drainSeconds} s)` : ""}`;
    case "weigh":
      return `give the new version ${action.canary} % of the requests`;
    case "watch":
      return `watch the new version at ${round(action.step.reachedPercent)} % for ${action.pauseSeconds} s`;
    case "promote":
      return `bring ${plan.names.stable} to version ${plan.revision}`;
    case "take-back":
      return `bring ${plan.names.stable} back to the version before`;
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
