import type { Problem } from "../../core/index.ts";
import type { CanarySettings } from "./canary.settings.ts";

/** One step of trying a new version out. */
export interface CanaryStep {
  readonly pauseSeconds: number;
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

/** The steps, decided. Steps that can't be reached are left out: `checkCanary` refuses them first. */
export function planCanary({ steps }: Pick<CanarySettings, "steps">, room: CanaryRoom): CanaryStep[] {
  return steps.flatMap(({ weightPercent, pauseSeconds }) => {
    const split = splitOf(weightPercent, room);
    if (!split) return [];
    const own = { pauseSeconds, weightPercent, ...split };
    if (room.by === "replicas") {
      return [{ ...own, weights: undefined, reachedPercent: shareOf(split) }];
    }
    return [{ ...own, weights: { stable: 100 - weightPercent, canary: weightPercent }, reachedPercent: weightPercent }];
  });
}

/** Steps that the replicas can't reach, with the arithmetic. */
export function checkCanary({ steps }: Pick<CanarySettings, "steps">, room: CanaryRoom): Problem[] {
  const setting = (index: number) => `topology.orchestrator.canary.steps.${index}.weightPercent`;
  const reached: number[] = [];
  return steps.flatMap(({ weightPercent }, index) => {
    const split = splitOf(weightPercent, room);
    if (!split) {
      const needed = Math.ceil(100 / weightPercent);
      return [
        {
          path: setting(index),
          given: `${weightPercent}`,
          allowed: `at least ${Math.ceil(100 / room.max)}: ${weightPercent} % of at most ${room.max} replicas is ${round((weightPercent * room.max) / 100)} of one`,
          mend: `raise it, set scaling.replicas.max to ${needed} or more, or topology.orchestrator.exposure.kind to gateway, which shares requests out by weight`,
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
        mend: "raise it, remove one of the two, or set scaling.replicas.max higher",
      },
    ];
  });
}

interface Split {
  readonly stableReplicas: number;
  readonly canaryReplicas: number;
}

/**
 * The replicas of both versions. Without a gateway: those between the bounds whose share comes nearest to the weight
 * without exceeding it, the fewest of them.
 */
function splitOf(weightPercent: number, { by, min, max }: CanaryRoom): Split | undefined {
  if (by === "route") {
    const canaryReplicas = Math.max(1, Math.ceil((min * weightPercent) / 100));
    return { stableReplicas: min, canaryReplicas };
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

/** What was counted at one moment. */
export interface CanaryCount {
  readonly failures: number;
  readonly total: number;
}

/** What a step's counters say, and why. */
export interface CanaryVerdict {
  readonly good: boolean;
  readonly because: string;
}

/** Judges a step by what was counted at its beginning and at its end. Too few samples are no pass. */
export function judgeCanary(
  { failurePercentMax, samplesMin }: Pick<CanarySettings["analysis"], "failurePercentMax" | "samplesMin">,
  before: CanaryCount,
  after: CanaryCount,
): CanaryVerdict {
  const total = after.total - before.total;
  const failures = after.failures - before.failures;
  if (!Number.isFinite(total) || !Number.isFinite(failures) || total < 0 || failures < 0) {
    return { good: false, because: "its counters can't be read, or went backwards: a pod was started again" };
  }
  if (total < samplesMin) return { good: false, because: `${total} samples < ${samplesMin} that are asked for` };
  const percent = (100 * failures) / total;
  const sum = `${failures} failures / ${total} samples = ${round(percent)} %`;
  return percent > failurePercentMax
    ? { good: false, because: `${sum} > ${failurePercentMax} % that are allowed` }
    : { good: true, because: `${sum} ≤ ${failurePercentMax} %` };
}
