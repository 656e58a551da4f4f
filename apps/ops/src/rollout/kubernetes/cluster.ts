import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import {
  type CanaryAction,
  type CanaryPlan,
  type FoundCanary,
  type FoundDeployment,
  SPECIFICATION_ANNOTATION,
  TRACK_LABEL,
  VERSION_LABEL,
} from "../../../../../components/orchestration/index.ts";
import type { Kubectl } from "../../deploy/engines/kubectl.ts";

/** Who the API server is told that changes fields. */
const FIELD_MANAGER = "--field-manager=blueprint-rollout";
const ROUTES = "httproutes.gateway.networking.k8s.io";
const LOOK_MILLISECONDS = 1000;
/** Time on top of a pod's grace until the cluster has forgotten it. */
const FORGET_SECONDS = 60;

const texts = z.record(z.string(), z.string()).default({});
const Deployment = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    resourceVersion: z.string(),
    generation: z.number().default(0),
    labels: texts,
    annotations: texts,
  }),
  spec: z.looseObject({
    replicas: z.number().default(1),
    selector: z.looseObject({ matchLabels: texts }),
    template: z.looseObject({ metadata: z.looseObject({ labels: texts }).default({ labels: {} }) }),
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
  action: Exclude<CanaryAction, { kind: "watch" | "provide" }>,
): Promise<void> {
  switch (action.kind) {
    case "scale":
      await scale(kubectl, plan, action);
      return;
    case "weigh":
      await weigh(kubectl, plan, action.canary);
      return;
    case "promote":
      await promote(kubectl, plan);
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

/** Makes the stable Deployment what the tried one is, but for its count and its track, and waits until its pods are. */
async function promote(kubectl: Kubectl, { names, specification }: CanaryPlan): Promise<void> {
  const [stable, canary] = await Promise.all([
    findDeployment(kubectl, names.stable),
    findDeployment(kubectl, names.canary),
  ]);
  if (!stable || !canary) throw new Error(`${stable ? names.canary : names.stable} is gone`);
  const { selector, replicas } = stable.spec;
  const { template } = canary.spec;
  const labels = { ...template.metadata.labels, ...selector.matchLabels };
  const { name, namespace, resourceVersion } = stable.metadata;
  const annotations = { ...stable.metadata.annotations, [SPECIFICATION_ANNOTATION]: specification };
  // Replaced and not merged: nothing may stay that was set for the old version alone.
  const next = {
    apiVersion: stable.apiVersion,
    kind: stable.kind,
    metadata: { name, namespace, resourceVersion, labels: ownLabels(canary, labels), annotations },
    spec: {
      ...canary.spec,
      replicas,
      selector,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  await kubectl.run(["replace", "--filename=-", FIELD_MANAGER], JSON.stringify(next));
  // It ends by itself where the Deployment makes no progress within its own deadline.
  await kubectl.run(["rollout", "status", `deployment/${names.stable}`]);
}

/** The tried Deployment's labels, with the stable one's track. */
function ownLabels({ metadata }: z.output<typeof Deployment>, { [TRACK_LABEL]: track = "" }: Record<string, string>) {
  return { ...metadata.labels, [TRACK_LABEL]: track };
}

async function findDeployment(kubectl: Kubectl, name: string) {
  const text = await kubectl.run(["get", "deployment", name, "--ignore-not-found", "--output=json"]);
  return text.trim() === "" ? undefined : Deployment.parse(JSON.parse(text));
}

function foundOf({ metadata, spec, status }: z.output<typeof Deployment>): FoundDeployment {
  const { replicas } = spec;
  return {
    revision: spec.template.metadata.labels[VERSION_LABEL],
    specification: metadata.annotations[SPECIFICATION_ANNOTATION],
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
