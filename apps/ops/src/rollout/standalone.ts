import type Docker from "dockerode";
import {
  planReturn,
  planRollout,
  type RolloutAction,
  type RolloutStep,
  type StandaloneHostPlan,
  type StandalonePlan,
} from "../../../../components/orchestration/index.ts";
import { openEngine } from "../deploy/engines/open-engine.ts";
import { RunFailure, reasonOf } from "../deploy/failure.ts";
import { step } from "../deploy/step.ts";
import { act, lookAt, type RolloutHost } from "./host.ts";
import { rolloutSecrets } from "./secrets.ts";

/** What a rollout is told beside the plan. */
export interface RolloutRequest {
  readonly environment: string;
  /** File in which secrets are kept that are made here. */
  readonly secretsFile: string;
  /** Variables that give secrets' values. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Runs what has a title, and shows it. Default: as a line with its progress. */
  readonly show?: (title: string, work: () => Promise<void>) => Promise<void>;
}

/**
 * Brings standalone hosts to the plan, one after the other: no client's request meets a version that hasn't been tried,
 * and no turn is cut. Where a step fails, the host goes back to what it ran, and the hosts after it are left alone.
 * Throws a `RunFailure` then. Resolves with the number of steps that were needed.
 */
export async function rolloutStandalone(plan: StandalonePlan, request: RolloutRequest): Promise<number> {
  let taken = 0;
  for (const host of plan.hosts) taken += await rolloutHost(plan, host, request);
  return taken;
}

async function rolloutHost(plan: StandalonePlan, host: StandaloneHostPlan, request: RolloutRequest): Promise<number> {
  const engine = openEngine(host.engineAddress);
  const found = await lookAt(engine, request.environment, host).catch((error: unknown) => {
    throw new RunFailure({
      place: `host ${host.name}`,
      found: `its engine at ${host.engineAddress} doesn't answer (${reasonOf(error)})`,
      mend: "start the engine, or correct topology.hosts: address and connection",
    });
  });
  const secrets = await rolloutSecrets(
    host.containers,
    await variablesOf(
      engine,
      found.containers.map(({ name }) => name),
    ),
    request.variables,
    request.secretsFile,
  );
  const target: RolloutHost = { engine, kind: plan.engine, environment: request.environment, plan: host, secrets };
  const steps = planRollout(host, found, plan.rollout);
  const done: RolloutStep[] = [];
  for (const one of steps) {
    // Also what a step has half done is taken back.
    done.push(one);
    const title = `${host.name}: ${titleOf(one.action)}`;
    await show(request, title, () => act(target, one.action)).catch(async (error: unknown) => {
      if (plan.rollout.onFailure === "pause") throw failed(host, one.action, error, "everything is left as it is");
      for (const action of planReturn(done)) {
        await show(request, `${host.name}: back: ${titleOf(action)}`, () => act(target, action));
      }
      throw failed(host, one.action, error, "the host runs what it ran before");
    });
  }
  return steps.length;
}

function show({ show: shown }: RolloutRequest, title: string, work: () => Promise<void>): Promise<void> {
  return shown ? shown(title, work) : step(title, work);
}

/** Environments of containers that are there, the secrets among them. */
async function variablesOf(engine: Docker, names: readonly string[]): Promise<Record<string, string>> {
  const reports = await Promise.all(names.map((name) => engine.getContainer(name).inspect()));
  return Object.fromEntries(
    reports.flatMap(({ Config }) =>
      (Config.Env ?? []).map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    ),
  );
}

function failed(host: StandaloneHostPlan, action: RolloutAction, error: unknown, now: string): RunFailure {
  return new RunFailure({
    place: `rollout of ${host.name}`,
    found: `${titleOf(action)}: ${reasonOf(error)}; ${now}`,
    allowed: "a version that becomes healthy and stays so",
    mend: "look at the image and its configuration, and roll out again",
  });
}

/** An action in words. */
export function titleOf(action: RolloutAction): string {
  switch (action.kind) {
    case "make-network":
      return "make the network";
    case "make-volume":
      return `make the volume ${action.volume}`;
    case "try":
      return `try ${action.container} for ${action.seconds} s, without requests`;
    case "start":
      return `start ${action.containers.join(", ")} and wait until healthy`;
    case "start-again":
      return `start ${action.containers.join(", ")} again`;
    case "wait":
      return `wait ${action.seconds} s until the proxy knows`;
    case "stop":
      return `stop ${action.containers.map(({ name, graceSeconds }) => `${name} (at most ${graceSeconds} s)`).join(", ")}`;
    case "rename":
      return `rename ${action.container} to ${action.as}`;
    case "remove":
      return `remove ${action.containers.join(", ")}`;
  }
}
