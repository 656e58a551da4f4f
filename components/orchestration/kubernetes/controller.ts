import type { apps, autoscaling, policy } from "@pulumi/kubernetes/types/input.js";
import { platformName, toMiB } from "../../core/index.ts";
import { AGENT_TURNS_METRIC } from "../agent.plan.ts";
import { keepsData, type WorkloadPlan, type WorkloadVolumePlan } from "../workload.plan.ts";
import { entry, type KubernetesContext, metadataOf, selectorOf } from "./context.ts";
import { digest, fileKey, filesName } from "./files.ts";
import type { KubernetesEntry } from "./kubernetes.plan.ts";
import { podTemplate } from "./pod.ts";
import { minReadySecondsOf } from "./ready-seconds.ts";
import { scheduleOf } from "./schedule.ts";
import { controllerKey, isTried, type Track, trackKey, trackLabels, trackName, VERSION_LABEL } from "./tracks.ts";

/** Tells a rollout whether a Deployment that it alone changes is as the plan has it. */
export const SPECIFICATION_ANNOTATION = "blueprint.specification";

/** Old ReplicaSets that are kept to go back to. */
const REVISIONS = 5;

/** A workload's controller, and what watches over its count. */
export function controllerOf(context: KubernetesContext, workload: WorkloadPlan): KubernetesEntry[] {
  const files = filesOf(context, workload);
  const after = [
    "namespace",
    "service-account",
    ...files.map(({ key }) => key),
    ...workload.mounts.flatMap((mount) => (mount.kind === "volume" ? [`claim-${mount.volume}`] : [])),
    ...workload.dependsOn.map((key) => keyOf(context, key)),
  ];
  const budget = disruptionBudget(context, workload);
  if (keepsData(workload)) return [...files, statefulSet(context, workload, after), ...budget];
  const [serving, ...others] = isTried(workload)
    ? [trackDeployment(context, workload, after, "stable"), trackDeployment(context, workload, after, "canary")]
    : [deployment(context, workload, after)];
  const scaler = serving ? autoscaler(context, workload, serving.object.metadata.name) : [];
  return [...files, ...(serving ? [serving] : []), ...others, ...budget, ...scaler];
}

/** Key of what makes another workload's pods. */
function keyOf({ input }: KubernetesContext, key: string): string {
  const workload = input.workloads.find((one) => one.key === key);
  return workload ? controllerKey(workload) : `controller-${key}`;
}

/** Whether an autoscaler owns the count between the bounds. */
function isAutoscaled({ replicas }: WorkloadPlan): boolean {
  return replicas.max > replicas.min;
}

/**
 * Whether a deployment says how many pods it starts with. A new version of a blue-green update does even where an
 * autoscaler owns the count later: it takes all requests at once, and a deployment that says nothing starts one.
 */
function isCounted(workload: WorkloadPlan, revision: string | undefined): boolean {
  return !isAutoscaled(workload) || revision !== undefined;
}

/** The version of a blue-green update's pods, which the service selects; `undefined` where there is one set of pods. */
export function revisionOf(context: KubernetesContext, workload: WorkloadPlan): string | undefined {
  if (workload.update.strategy !== "blue-green" || keepsData(workload)) return undefined;
  return versionOf(context, workload);
}

/** Digest of all that a workload's pods are made from: the same for the same pods. */
export function versionOf(context: KubernetesContext, workload: WorkloadPlan): string {
  return digest(JSON.stringify(podTemplate(context, workload)));
}

function deployment(context: KubernetesContext, workload: WorkloadPlan, after: readonly string[]): KubernetesEntry {
  const revision = revisionOf(context, workload);
  const name =
    revision === undefined ? workload.name : platformName("kubernetes", workload.name.slice(0, 54), revision);
  const labels: Record<string, string> = revision === undefined ? {} : { [VERSION_LABEL]: revision };
  const spec = {
    ...(isCounted(workload, revision) && { replicas: workload.replicas.min }),
    ...deploymentSpec(context, workload, labels, labels),
  } satisfies apps.v1.DeploymentSpec;
  const metadata = metadataOf(name, workload.labels, { namespace: context.namespace });
  const object = { apiVersion: "apps/v1", kind: "Deployment", metadata, spec };
  const ignored = isAutoscaled(workload) ? ["spec.replicas"] : [];
  return entry(controllerKey(workload), object, after, { ignored });
}

/**
 * One of the two Deployments of a workload whose versions are tried out. Who deploys makes the stable one once, and
 * from then on a rollout alone changes it; the other one has the newest version, and no pod until a rollout tries it.
 */
function trackDeployment(
  context: KubernetesContext,
  workload: WorkloadPlan,
  after: readonly string[],
  track: Track,
): KubernetesEntry {
  const labels = trackLabels(track);
  const version = { ...labels, [VERSION_LABEL]: versionOf(context, workload) };
  const spec = deploymentSpec(context, workload, labels, version);
  const own = { ...workload.labels, ...labels };
  const stable = track === "stable";
  const metadata = metadataOf(trackName(workload, track), own, {
    namespace: context.namespace,
    ...(stable && { annotations: { [SPECIFICATION_ANNOTATION]: digest(JSON.stringify({ own, spec })) } }),
  });
  const counted = stable ? isCounted(workload, undefined) : true;
  const replicas = stable ? workload.replicas.min : 0;
  const object = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata,
    spec: { ...(counted && { replicas }), ...spec } satisfies apps.v1.DeploymentSpec,
  };
  return entry(trackKey(workload, track), object, after, {
    ignored: stable ? ["spec", "metadata.labels", "metadata.annotations"] : ["spec.replicas"],
    madeOnce: stable,
  });
}

/** A Deployment but for its count: the labels by which it finds its pods, and all that its pods have beside them. */
function deploymentSpec(
  context: KubernetesContext,
  workload: WorkloadPlan,
  selected: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
) {
  return {
    revisionHistoryLimit: REVISIONS,
    minReadySeconds: minReadySecondsOf(workload.update),
    progressDeadlineSeconds: context.input.turns.progressDeadlineSeconds,
    selector: { matchLabels: { ...selectorOf(workload), ...selected } },
    strategy: strategyOf(workload),
    template: podTemplate(context, workload, labels),
  } satisfies apps.v1.DeploymentSpec;
}

function strategyOf({ update }: WorkloadPlan) {
  if (update.strategy === "recreate") return { type: "Recreate" };
  const first = update.order === "start-first";
  return {
    type: "RollingUpdate",
    rollingUpdate: {
      maxSurge: first ? update.parallelism : 0,
      maxUnavailable: first ? 0 : update.parallelism,
    },
  };
}

/** One pod that keeps its name and its volume: the old one ends before the new one starts. */
function statefulSet(context: KubernetesContext, workload: WorkloadPlan, after: readonly string[]): KubernetesEntry {
  const { namespace } = context;
  const spec = {
    replicas: workload.replicas.min,
    serviceName: workload.name,
    revisionHistoryLimit: REVISIONS,
    minReadySeconds: workload.update.delaySeconds ?? 0,
    selector: { matchLabels: selectorOf(workload) },
    updateStrategy: { type: "RollingUpdate" },
    template: podTemplate(context, workload),
  } satisfies apps.v1.StatefulSetSpec;
  const metadata = metadataOf(workload.name, workload.labels, { namespace });
  // Not after its service: Pulumi takes a service for made once it has pods.
  return entry(controllerKey(workload), { apiVersion: "apps/v1", kind: "StatefulSet", metadata, spec }, after);
}

/** A volume's claim: it stays when the environment goes, where its data are to. */
export function claimOf({ namespace }: KubernetesContext, volume: WorkloadVolumePlan): KubernetesEntry {
  const spec = {
    accessModes: ["ReadWriteOnce"],
    ...(volume.driver !== "local" && { storageClassName: volume.driver }),
    resources: { requests: { storage: `${toMiB(volume.size)}Mi` } },
  };
  const metadata = metadataOf(volume.name, volume.labels, { namespace });
  return entry(
    `claim-${volume.name}`,
    { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata, spec },
    ["namespace"],
    { persistent: volume.persistent },
  );
}

function filesOf({ namespace }: KubernetesContext, workload: WorkloadPlan): KubernetesEntry[] {
  if (workload.files.length === 0) return [];
  const data = Object.fromEntries(workload.files.map(({ path, content }) => [fileKey(path), content]));
  const metadata = metadataOf(filesName(workload), workload.labels, { namespace });
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata, data, immutable: true };
  // An older version serves on until a rollout has tried the newer one: its pods may be made anew at any time.
  return [entry(`files-${workload.key}`, object, ["namespace"], { retained: isTried(workload) })];
}

/** How many pods an eviction may take at once. A single pod has no budget: it would keep its node from ever being emptied. */
function disruptionBudget({ settings, namespace }: KubernetesContext, workload: WorkloadPlan): KubernetesEntry[] {
  const most = workload.replicas.max;
  if (most < 2) return [];
  const { disruption } = settings;
  const spec = {
    selector: { matchLabels: selectorOf(workload) },
    ...(disruption.kind === "min-available"
      ? { minAvailable: disruption.count }
      : { maxUnavailable: disruption.count }),
    // A pod that isn't ready anyway doesn't keep a node from being emptied.
    unhealthyPodEvictionPolicy: "AlwaysAllow",
  } satisfies policy.v1.PodDisruptionBudgetSpec;
  const metadata = metadataOf(workload.name, workload.labels, { namespace });
  return [
    entry(`budget-${workload.key}`, { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata, spec }, [
      "namespace",
    ]),
  ];
}

function autoscaler(context: KubernetesContext, workload: WorkloadPlan, target: string): KubernetesEntry[] {
  if (!isAutoscaled(workload)) return [];
  const { namespace, settings, input } = context;
  const { cpuPercent, memoryPercent, turnsPerReplica } = settings.autoscaling;
  const resource = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  const turnsAtOnce = (averageValue: number) => ({
    type: "Pods",
    pods: { metric: { name: AGENT_TURNS_METRIC }, target: { type: "AverageValue", averageValue: `${averageValue}` } },
  });
  const spec = {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: target },
    minReplicas: workload.replicas.min,
    maxReplicas: workload.replicas.max,
    metrics: [
      resource("cpu", cpuPercent),
      ...(memoryPercent === undefined ? [] : [resource("memory", memoryPercent)]),
      ...(turnsPerReplica === undefined ? [] : [turnsAtOnce(turnsPerReplica)]),
    ],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
      // One at a time: each ends its turns first.
      scaleDown: {
        stabilizationWindowSeconds: input.turns.scaleDownWindowSeconds,
        policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
      },
    },
  } satisfies autoscaling.v2.HorizontalPodAutoscalerSpec;
  const metadata = metadataOf(workload.name, workload.labels, { namespace });
  const object = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata, spec };
  const scheduled = scheduleOf(context, workload);
  return [
    {
      ...entry(`autoscaler-${workload.key}`, object, [controllerKey(workload)]),
      // An update within a window must not end it.
      ignored: scheduled.length > 0 ? ["spec.minReplicas"] : [],
    },
    ...scheduled,
  ];
}
