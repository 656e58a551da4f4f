import { type Problem, printValue } from "../../core/index.ts";
import { keepsData, type WorkloadPlan } from "../workload.plan.ts";
import { type CanaryRoom, canaryReplicasMax, checkCanary } from "./canary.plan.ts";
import type { CanaryPlan, CanarySource } from "./canary.rollout.plan.ts";
import { CanarySettings } from "./canary.settings.ts";
import { type KubernetesContext, secretReference, selectorOf } from "./context.ts";
import { SPECIFICATION_ANNOTATION, versionOf } from "./controller.ts";
import type { KubernetesEntry } from "./kubernetes.plan.ts";
import type { KubernetesSettings } from "./kubernetes.settings.ts";
import { isTried, trackKey, trackLabels, trackName } from "./tracks.ts";

/** Pause of a step that says none, where turns aren't longer. */
const PAUSE_SECONDS = 300;

/** Variable with the token that the agent's metrics endpoint asks for. */
const ACCESS_TOKEN = "FLAME_ACCESS_TOKEN";

/** How new versions of the agent are tried out; `undefined` where its update has another strategy. */
export function canaryOf(context: KubernetesContext, entries: readonly KubernetesEntry[]): CanaryPlan | undefined {
  const { settings, input } = context;
  const agent = input.workloads.find((workload) => workload.key === "agent" && isTried(workload));
  const stable = entries.find(({ key }) => agent && key === trackKey(agent, "stable"));
  if (!agent?.metrics || !stable) return undefined;
  const { steps, analysis } = settings.canary;
  const { maxSeconds, stopGraceSeconds, progressDeadlineSeconds } = input.turns;
  const token = agent.secrets[ACCESS_TOKEN];
  const latency = analysis.latency && {
    percentile: analysis.kind === "agents" ? analysis.latency.percentile : undefined,
    secondsMax: analysis.latency.secondsMax ?? maxSeconds,
  };
  return {
    revision: versionOf(context, agent),
    specification: stable.object.metadata.annotations?.[SPECIFICATION_ANNOTATION] ?? "",
    names: {
      stable: trackName(agent, "stable"),
      canary: trackName(agent, "canary"),
      route: settings.exposure.kind === "gateway" ? agent.name : undefined,
    },
    room: roomOf(settings, agent.replicas),
    steps: steps.map(({ weightPercent, pauseSeconds }) => ({
      weightPercent,
      pauseSeconds: pauseSeconds ?? Math.max(PAUSE_SECONDS, maxSeconds),
    })),
    source: sourceOf(analysis),
    bounds: { failurePercentMax: analysis.failurePercentMax, samplesMin: analysis.samplesMin, latency },
    selector: { ...selectorOf(agent), ...trackLabels("canary") },
    metrics: { ...agent.metrics, token: token && secretReference(input, token) },
    readySeconds: progressDeadlineSeconds ?? 0,
    drainSeconds: stopGraceSeconds,
  };
}

function sourceOf(analysis: CanarySettings["analysis"]): CanarySource {
  switch (analysis.kind) {
    case "agents":
      return {
        kind: "agents",
        failures: analysis.failures,
        total: analysis.total,
        histogram: analysis.latency.histogram,
      };
    case "prometheus":
      return {
        kind: "prometheus",
        url: analysis.url,
        failures: analysis.failures,
        total: analysis.total,
        latency: analysis.latency?.query,
      };
  }
}

type Replicas = Pick<WorkloadPlan["replicas"], "min" | "max">;

function roomOf({ exposure }: KubernetesSettings, { min, max }: Replicas): CanaryRoom {
  return { by: exposure.kind === "gateway" ? "route" : "replicas", min, max };
}

/** Replicas of a new version that a rollout tries at most, beside those that serve. */
export function triedReplicas(settings: KubernetesSettings, replicas: Replicas): number {
  return canaryReplicasMax(settings.canary.steps, roomOf(settings, replicas));
}

/** What keeps a cluster from trying new versions out as the settings say. */
export function checkKubernetes(settings: KubernetesSettings, workloads: readonly WorkloadPlan[]): Problem[] {
  const agent = workloads.find(({ key }) => key === "agent");
  if (!agent) return [];
  if (agent.update.strategy !== "canary") return checkUnused(settings, agent);
  // Refused as a strategy: its files belong to one replica.
  if (keepsData(agent)) return [];
  const room = roomOf(settings, agent.replicas);
  return [
    ...checkListens(agent),
    ...checkNames(agent, workloads),
    ...(room.by === "replicas" ? [...checkCount(agent), ...checkEvenShares(settings)] : []),
    ...checkCanary(settings.canary.steps, room),
  ];
}

function checkUnused({ canary }: KubernetesSettings, { update }: WorkloadPlan): Problem[] {
  if (JSON.stringify(canary) === JSON.stringify(CanarySettings.parse({}))) return [];
  return [
    {
      path: "topology.orchestrator.canary",
      given: printValue(canary),
      allowed: `nothing while topology.workload.update.strategy is ${update.strategy}, which tries no version out`,
      mend: "remove it, or set topology.workload.update.strategy to canary",
    },
  ];
}

function checkListens({ ports }: WorkloadPlan): Problem[] {
  if (ports.length > 0) return [];
  return [
    {
      path: "topology.workload.update.strategy",
      given: '"canary"',
      allowed: "rolling, recreate or blue-green for an agent without a port, to which no request comes",
      mend: "give agent.ports an entry, or set the strategy to rolling",
    },
  ];
}

/** A container of the user's may have the name of one of the two Deployments. */
function checkNames(agent: WorkloadPlan, workloads: readonly WorkloadPlan[]): Problem[] {
  const taken = (["stable", "canary"] as const).map((track) => trackName(agent, track));
  return workloads
    .filter(({ name }) => taken.includes(name))
    .map(({ key }) => ({
      path: `containers.${key}`,
      given: `"${key}"`,
      allowed: `another name with strategy canary, which makes Deployments ${taken.join(" and ")}`,
      mend: "give the container another name",
    }));
}

/** Where replicas are the weights, an autoscaler would move them in the middle of a step. */
function checkCount({ replicas: { min, max } }: WorkloadPlan): Problem[] {
  if (min === max) return [];
  return [
    {
      path: "scaling.replicas.max",
      given: `${min} to ${max}`,
      allowed:
        "one number with strategy canary where no gateway shares requests out: replicas are the weights then, and an autoscaler would move them",
      mend: "set scaling.replicas.min and max to the same number, or topology.orchestrator.exposure.kind to gateway",
    },
  ];
}

/** A share of the replicas is one of the requests only where each replica is as likely as any other. */
function checkEvenShares({ exposure }: KubernetesSettings): Problem[] {
  if (exposure.kind !== "node-port" && exposure.kind !== "load-balancer") return [];
  const mend = "remove it, or set topology.orchestrator.exposure.kind to gateway";
  return [
    ...(exposure.sessionAffinity === "ClientIP"
      ? [
          {
            path: "topology.orchestrator.exposure.sessionAffinity",
            given: '"ClientIP"',
            allowed:
              "None with strategy canary: a client that stays with one pod makes the new version's share its own",
            mend,
          },
        ]
      : []),
    ...(exposure.externalTraffic === "Local"
      ? [
          {
            path: "topology.orchestrator.exposure.externalTraffic",
            given: '"Local"',
            allowed: "Cluster with strategy canary: a node that answers for its own pods gives no share of all of them",
            mend,
          },
        ]
      : []),
  ];
}
