import type { Problem } from "../../core/index.ts";
import type { CanarySettings } from "./canary.settings.ts";

/** One step of trying a new version out. */
export interface CanaryStep {
  /** Share that was asked for, in percent. */
  readonly weightPercent: number;
  /** Share that the new version gets, in percent: never more than was asked for. */
  readonly reachedPercent: number;
  readonly stableReplicas: number;
  readonly canaryReplicas: number;
  /** Weights of the route's two services; `undefined` where the share is that of the replicas. */
  readonly weights: { readonly stable: number; readonly canary: number } | undefined;
}

/** Who shares requests out, and how many replicas of both versions there may be at once. */
export interface CanaryRoom {
  readonly by: "route" | "replicas";
  readonly min: number;
  readonly max: number;
}

type Weights = readonly Pick<CanarySettings["steps"][number], "weightPercent">[];

/** The steps, decided. Steps that can't be reached are left out: `checkCanary` refuses them first. */
export function planCanary(steps: Weights, room: CanaryRoom): CanaryStep[] {
  return steps.flatMap(({ weightPercent }): CanaryStep[] => {
    const split = splitOf(weightPercent, room);
    if (!split) return [];
    const own = { weightPercent, ...split };
    return room.by === "replicas"
      ? [{ ...own, weights: undefined, reachedPercent: shareOf(split) }]
      : [{ ...own, weights: { stable: 100 - weightPercent, canary: weightPercent }, reachedPercent: weightPercent }];
  });
}

/** Replicas of the new version at most, however many of the old one an autoscaler keeps. */
export function canaryReplicasMax(steps: Weights, room: CanaryRoom): number {
  const largest = room.by === "route" ? { ...room, min: room.max } : room;
  return Math.max(0, ...planCanary(steps, largest).map(({ canaryReplicas }) => canaryReplicas));
}

/** Steps that the replicas can't reach, with the arithmetic. */
export function checkCanary(steps: Weights, room: CanaryRoom): Problem[] {
  const setting = (index: number) => `topology.orchestrator.canary.steps.${index}.weightPercent`;
  const reached: number[] = [];
  return steps.flatMap(({ weightPercent }, index): Problem[] => {
    const split = splitOf(weightPercent, room);
    if (!split) {
      const needed = Math.ceil(100 / weightPercent);
      return [
        {
          path: setting(index),
          given: `${weightPercent}`,
          allowed: `at least ${Math.ceil(100 / room.max)}: ${weightPercent} % of at most ${room.max} replicas is ${round((weightPercent * room.max) / 100)} of one`,
          mend: `raise it, set scaling.replicas to ${needed} or more, or topology.orchestrator.exposure.kind to gateway, which shares requests out by weight`,
        },
      ];
    }
    const share = room.by === "route" ? weightPercent : shareOf(split);
    const before = reached.at(-1);
    reached.push(share);
    if (before === undefined || share > before) return [];
    return [
      {
        path: setting(index),
        given: `${weightPercent}`,
        allowed: `a weight that comes to more replicas than the step before: both come to ${round(share)} % of at most ${room.max}`,
        mend: "raise it, remove one of the two, or set scaling.replicas higher",
      },
    ];
  });
}

interface Split {
  readonly stableReplicas: number;
  readonly canaryReplicas: number;
}

/**
 * The replicas of both versions. Where a route shares requests out, the new version gets as many as its share of the
 * old one's on top; else the new ones take the place of old ones, and their share never exceeds the weight.
 */
function splitOf(weightPercent: number, { by, min, max }: CanaryRoom): Split | undefined {
  if (by === "route") {
    return { stableReplicas: min, canaryReplicas: Math.max(1, Math.ceil((min * weightPercent) / 100)) };
  }
  let best: Split | undefined;
  for (let total = Math.max(2, min); total <= max; total += 1) {
    const canaryReplicas = Math.floor((total * weightPercent) / 100);
    if (canaryReplicas < 1) continue;
    const split = { canaryReplicas, stableReplicas: total - canaryReplicas };
    if (!best || shareOf(split) > shareOf(best)) best = split;
  }
  return best;
}

function shareOf({ stableReplicas, canaryReplicas }: Split): number {
  return (100 * canaryReplicas) / (stableReplicas + canaryReplicas);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
