import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type {
  CanaryAction,
  CanaryPlan,
  FoundCanary,
  FoundDeployment,
  KubernetesObject,
} from "../../../../../components/orchestration/index.ts";
import type { Kubectl } from "./kubectl.ts";

/** Who the API server is told that changes fields. */
const FIELD_MANAGER = "--field-manager=blueprint-rollout";
const ROUTES = "httproutes.gateway.networking.k8s.io";
const LOOK_MILLISECONDS = 1000;
/** Time on top of a pod's grace until the cluster has forgotten it. */
const FORGET_SECONDS = 60;

const texts = z.record(z.string(), z.string()).default({});
const Deployment = z.object({
  metadata: z.object({ resourceVersion: z.string(), generation: z.number().default(0), annotations: texts }),
  spec: z.object({
    replicas: z.number().default(1),
    template: z.object({ metadata: z.object({ labels: texts }).default({ labels: {} }) }),
  }),
  status: z.object({
    observedGeneration: z.number().default(0),
    replicas: z.number().default(0),
    updatedReplicas: z.number().default(0),
    availableReplicas: z.number().default(0),
  }),
});
const Route = z.object({
  metadata: z.object({ resourceVersion: z.string(), managedFields: z.array(z.looseObject({ manager: z.string() })) }),
  spec: z.object({
    rules: z.array(z.object({ backendRefs: z.array(z.object({ name: z.string(), weight: z.number().default(1) })) })),
  }),
});
const Pods = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
    }),
  ),
});

/** What the cluster has of a plan. */
export async function lookAt(kubectl: Kubectl, plan: CanaryPlan): Promise<FoundCanary> {
  const { stable, canary, route } = plan.names;
  const [serving, tried, weight] = await Promise.all([
    findDeployment(kubectl, stable),
    findDeployment(kubectl, canary),
    route === undefined ? undefined : weightOf(kubectl, route, canary),
  ]);
  return { stable: serving && foundOf(serving), canary: tried && foundOf(tried), weight };
}

/** Names of the new version's pods that aren't about to end. */
export async function canaryPods(kubectl: Kubectl, plan: CanaryPlan): Promise<string[]> {
  const pods = await listPods(kubectl, plan);
  return pods.filter(({ deletionTimestamp }) => deletionTimestamp === undefined).map(({ name }) => name);
}

/** Does an action and resolves when it is finished. What is only watched is the driver's. */
export async function act(
  kubectl: Kubectl,
  plan: CanaryPlan,
  stable: KubernetesObject,
  action: Exclude<CanaryAction, { kind: "watch" }>,
): Promise<void> {
  switch (action.kind) {
    case "scale":
      await scale(kubectl, plan, action);
      return;
    case "weigh":
      await weigh(kubectl, plan, action.canary);
      return;
    case "promote":
      await promote(kubectl, plan, stable);
      return;
    case "take-back":
      await kubectl.run(["rollout", "undo", `deployment/${plan.names.stable}`]);
      await untilServing(kubectl, plan.names.stable, plan.readySeconds);
  }
}

async function scale(
  kubectl: Kubectl,
  plan: CanaryPlan,
  { track, replicas, drained }: Extract<CanaryAction, { kind: "scale" }>,
): Promise<void> {
  const name = plan.names[track];
  await kubectl.run(["scale", `deployment/${name}`, `--replicas=${replicas}`]);
  // A Deployment whose pods never got ready goes on saying so when it has none any more.
  if (replicas > 0) await untilServing(kubectl, name, plan.readySeconds);
  if (drained) await untilGone(kubectl, plan);
}

/** Waits until all of a Deployment's pods are of its version and available. */
async function untilServing(kubectl: Kubectl, name: string, seconds: number): Promise<void> {
  await kubectl.run(["rollout", "status", `deployment/${name}`, `--timeout=${seconds}s`]);
}

/** Waits until the new version's pods have ended their turns. */
async function untilGone(kubectl: Kubectl, plan: CanaryPlan): Promise<void> {
  const end = performance.now() + (plan.drainSeconds + FORGET_SECONDS) * 1000;
  while ((await listPods(kubectl, plan)).length > 0) {
    if (performance.now() > end) throw new Error(`its pods are still there after ${plan.drainSeconds} s`);
    await delay(LOOK_MILLISECONDS);
  }
}

/** Changes the two weights, and nothing where somebody has put other services there. */
async function weigh(kubectl: Kubectl, { names: { canary, route } }: CanaryPlan, percent: number): Promise<void> {
  if (route === undefined) return;
  const at = (index: number, field: string) => `/spec/rules/0/backendRefs/${index}/${field}`;
  const patch = [
    { op: "test", path: at(1, "name"), value: canary },
    { op: "replace", path: at(0, "weight"), value: 100 - percent },
    { op: "replace", path: at(1, "weight"), value: percent },
  ];
  await kubectl.run(["patch", ROUTES, route, "--type=json", FIELD_MANAGER, `--patch=${JSON.stringify(patch)}`]);
  if (percent === 0) await release(kubectl, route);
}

/**
 * Gives up the route's fields once they are again as the deployment has them. Until then the API server refuses a
 * deployment that changes the route, since it would undo a step.
 */
async function release(kubectl: Kubectl, route: string): Promise<void> {
  const text = await kubectl.run(["get", ROUTES, route, "--output=json", "--show-managed-fields"]);
  const { metadata } = Route.parse(JSON.parse(text));
  const others = metadata.managedFields.filter(({ manager }) => !FIELD_MANAGER.endsWith(`=${manager}`));
  const patch = [
    { op: "test", path: "/metadata/resourceVersion", value: metadata.resourceVersion },
    { op: "replace", path: "/metadata/managedFields", value: others },
  ];
  await kubectl.run(["patch", ROUTES, route, "--type=json", `--patch=${JSON.stringify(patch)}`]);
}

/** Replaces the stable Deployment by the plan's, but for its count, and waits until its pods are all new. */
async function promote(kubectl: Kubectl, { names }: CanaryPlan, stable: KubernetesObject): Promise<void> {
  const live = await findDeployment(kubectl, names.stable);
  if (!live) throw new Error(`${names.stable} is gone`);
  const { resourceVersion, annotations } = live.metadata;
  const { spec } = z.object({ spec: z.looseObject({}) }).parse(stable);
  // Nothing that was set for the old version alone may stay, as it would where both were merged.
  const next = {
    ...stable,
    metadata: { ...stable.metadata, resourceVersion, annotations: { ...annotations, ...stable.metadata.annotations } },
    spec: { ...spec, replicas: live.spec.replicas },
  };
  await kubectl.run(["replace", "--filename=-", FIELD_MANAGER], JSON.stringify(next));
  // It ends by itself where the Deployment makes no progress within its own deadline.
  await kubectl.run(["rollout", "status", `deployment/${names.stable}`]);
}

async function findDeployment(kubectl: Kubectl, name: string) {
  const text = await kubectl.run(["get", "deployment", name, "--ignore-not-found", "--output=json"]);
  return text.trim() === "" ? undefined : Deployment.parse(JSON.parse(text));
}

function foundOf({ metadata, spec, status }: z.output<typeof Deployment>): FoundDeployment {
  const { replicas } = spec;
  return {
    revision: spec.template.metadata.labels["blueprint.revision"],
    specification: metadata.annotations["blueprint.specification"],
    replicas,
    settled:
      status.observedGeneration >= metadata.generation &&
      [status.replicas, status.updatedReplicas, status.availableReplicas].every((count) => count === replicas),
  };
}

async function weightOf(kubectl: Kubectl, route: string, canary: string): Promise<number | undefined> {
  const text = await kubectl.run(["get", ROUTES, route, "--ignore-not-found", "--output=json"]);
  if (text.trim() === "") return undefined;
  const found = Route.pick({ spec: true }).parse(JSON.parse(text));
  return found.spec.rules[0]?.backendRefs.find(({ name }) => name === canary)?.weight;
}

async function listPods(kubectl: Kubectl, { selector }: CanaryPlan) {
  const labels = Object.entries(selector).map(([name, value]) => `${name}=${value}`);
  const text = await kubectl.run(["get", "pods", `--selector=${labels.join(",")}`, "--output=json"]);
  return Pods.parse(JSON.parse(text)).items.map(({ metadata }) => metadata);
}
