import { setTimeout as delay } from "node:timers/promises";
import {
  type CanaryAction,
  type CanaryPlan,
  type CanaryStep,
  type CanaryVerdict,
  canaryReplicasFor,
  type FoundCanary,
  judgeCanary,
  type KubernetesPlan,
  planCanaryReturn,
  planCanaryRollout,
  titleOfCanary,
} from "../../../../../components/orchestration/index.ts";
import { type Kubectl, openKubectl } from "../../deploy/engines/kubectl.ts";
import { RunFailure, reasonOf } from "../../deploy/failure.ts";
import { step, type Tell } from "../../deploy/step.ts";
import { act, lookAt } from "./cluster.ts";
import { readCanary } from "./reading.ts";

/** What a rollout is told beside the plan. */
export interface CanaryRequest {
  readonly environment: string;
  /** Takes the new version's requests away again, as a failure does. */
  readonly signal: AbortSignal;
  /** Another kubectl than the one on PATH. */
  readonly kubectl?: string;
  /** Runs what has a title, and shows it. Default: as a line with its progress. */
  readonly show?: (title: string, work: (tell: Tell) => Promise<void>) => Promise<void>;
}

/** A rollout that is under way. */
interface Rollout {
  readonly kubectl: Kubectl;
  readonly plan: CanaryPlan;
  readonly request: CanaryRequest;
  /** What the cluster had at the beginning. */
  readonly before: FoundCanary;
}

/** Pause between two looks at a version that is tried out. */
const LOOK_SECONDS = 10;

/**
 * Tries the version that the last deployment has brought on a part of the requests, step by step, then gives it all of
 * them. Where a step isn't good the old version takes all requests again, and a `RunFailure` tells why. Resolves with
 * the number of actions that were needed: none where the version serves already.
 */
export async function rolloutCanary(target: KubernetesPlan, plan: CanaryPlan, request: CanaryRequest): Promise<number> {
  const kubectl = openKubectl(target, request.kubectl);
  const before = await lookAt(kubectl, plan);
  const rollout = planCanaryRollout(plan, before);
  if (rollout.kind === "refused") {
    throw new RunFailure({
      place: `rollout of ${request.environment}`,
      found: rollout.found,
      allowed: rollout.allowed,
      mend: `pulumi up --stack ${request.environment}, or kubectl apply with the rendered objects, brings it; roll out after that`,
    });
  }
  const underWay: Rollout = { kubectl, plan, request, before };
  const promotion = rollout.actions.findIndex(({ kind }) => kind === "promote");
  for (const [index, action] of rollout.actions.entries()) {
    // What is begun once the new version has all requests is finished, and not taken back.
    const returns = rollout.kind === "try" && index <= promotion;
    await run(underWay, action, returns).catch(async (error: unknown) => {
      throw returns ? await goBack(underWay, action, error) : unfinished(underWay, action, error);
    });
  }
  return rollout.actions.length;
}

function unfinished({ plan, request }: Rollout, failed: CanaryAction, error: unknown): RunFailure {
  return new RunFailure({
    place: `rollout of ${request.environment}`,
    found: `${titleOfCanary(plan, failed)}: ${reasonOf(error)}; ${plan.names.stable} has the new version already`,
    allowed: "a cluster with room for all of its pods",
    mend: "look at its pods, then roll out again, which finishes; or deploy the version before, and roll that out",
  });
}

/** Takes back what was done, as far as it can be, and tells what went wrong. */
async function goBack(rollout: Rollout, failed: CanaryAction, error: unknown): Promise<RunFailure> {
  const { plan, request } = rollout;
  const left: string[] = [];
  const now = await lookAt(rollout.kubectl, plan).catch(() => undefined);
  for (const action of planCanaryReturn(plan, rollout.before, now)) {
    const title = titleOfCanary(plan, action);
    await show(rollout, `back: ${title}`, (tell) => perform(rollout, action, tell)).catch((other: unknown) => {
      left.push(`${title}: ${reasonOf(other)}`);
    });
  }
  const state = left.length === 0 ? "the version before takes all requests" : `going back failed: ${left.join("; ")}`;
  return new RunFailure({
    place: `rollout of ${request.environment}`,
    found: `${titleOfCanary(plan, failed)}: ${reasonOf(error)}; ${state}`,
    allowed: "a version that gets ready and keeps topology.orchestrator.canary.analysis at every step",
    mend:
      left.length === 0
        ? "look at the new version and its metrics, deploy a better one, and roll out again"
        : "look at the cluster, then roll out again: it begins by taking the new version away",
  });
}

function run(rollout: Rollout, action: CanaryAction, cancellable: boolean): Promise<void> {
  const { plan, request } = rollout;
  return show(rollout, titleOfCanary(plan, action), async (tell) => {
    if (cancellable && request.signal.aborted) throw new Error("it was cancelled");
    await perform(rollout, action, tell);
  });
}

function show({ request }: Rollout, title: string, work: (tell: Tell) => Promise<void>): Promise<void> {
  return request.show ? request.show(title, work) : step(title, work);
}

async function perform(rollout: Rollout, action: CanaryAction, tell: Tell): Promise<void> {
  switch (action.kind) {
    case "provide":
      await provide(rollout, action.step);
      return;
    case "watch":
      await watch(rollout, action, tell);
      return;
    case "scale":
    case "weigh":
    case "promote":
    case "take-back":
      await act(rollout.kubectl, rollout.plan, action);
  }
}

/** Lets a step last, with as many replicas as its share needs, and throws as soon as it can't be good any more. */
async function watch(rollout: Rollout, action: Extract<CanaryAction, { kind: "watch" }>, tell: Tell): Promise<void> {
  const { kubectl, plan, request } = rollout;
  const before = await readCanary(kubectl, plan);
  const end = performance.now() + action.pauseSeconds * 1000;
  for (;;) {
    const left = end - performance.now();
    await delay(Math.max(0, Math.min(left, LOOK_SECONDS * 1000)), undefined, { signal: request.signal }).catch(() => {
      throw new Error("it was cancelled");
    });
    await provide(rollout, action.step);
    const verdict = judgeCanary(plan.bounds, before, await readCanary(kubectl, plan));
    tell(verdict.because);
    if (verdict.judgement === "bad") throw new Error(verdict.because);
    if (performance.now() < end) continue;
    requireGood(verdict);
    return;
  }
}

function requireGood({ judgement, because }: CanaryVerdict): void {
  if (judgement !== "good") throw new Error(`it can't be told whether it is good: ${because}`);
}

/**
 * Gives the new version the replicas that its share needs beside those that an autoscaler keeps of the old one, and none
 * less than it has: each would end its turns first.
 */
async function provide({ kubectl, plan }: Rollout, step: CanaryStep): Promise<void> {
  const { stable, canary } = await lookAt(kubectl, plan);
  if (!stable || !canary || canary.revision !== plan.revision || stable.revision === plan.revision) {
    throw new Error("another version was deployed in the middle of the rollout");
  }
  const replicas = canaryReplicasFor(plan, step, stable.replicas);
  if (replicas <= canary.replicas) return;
  await act(kubectl, plan, { kind: "scale", track: "canary", replicas, drained: false });
}
