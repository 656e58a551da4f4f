import { createHash } from "node:crypto";
import { delimiter, dirname } from "node:path";
import { z } from "zod";
import { type KubernetesCluster, startKubernetes } from "../../engines/kubernetes-cluster.ts";
import { kubernetesProgram } from "../../engines/kubernetes-install.ts";
import { withValues } from "../../support/document.ts";
import type { Document } from "../../support/environment.ts";
import { serverWorld } from "../../support/walk.server.ts";
import { walkSecrets } from "./secrets.ts";
import type { LifeTarget } from "./target.ts";

const ENVIRONMENT = "life-cluster";
const NAMESPACE = `flame-${ENVIRONMENT}`;
/** Volumes of the cluster's nodes, which have no disk: each claim of the suite takes one. */
const VOLUMES = 80;
/** What the cluster makes by itself of what it is given, with its labels. */
const MADE_BY_CLUSTER =
  /^(pods|events|endpoints|endpointslices|replicasets|controllerrevisions|jobs|events\.events\.k8s\.io|.*\.(discovery|metrics)\.k8s\.io|(replicasets|controllerrevisions)\.apps|jobs\.batch)$/;

/** Changes that a simulated cluster has no place for. */
const UNTRIED = {
  "topology.kind": "an environment is of one kind",
  "topology.orchestrator.context": "there is one cluster",
  "topology.orchestrator.kubeconfig": "there is one cluster",
} as const;

/** A cluster with real controllers and simulated nodes, whose pods answer nobody. */
export async function kubernetesTarget(): Promise<LifeTarget> {
  await using undo = new AsyncDisposableStack();
  const world = serverWorld("kubernetes");
  const document = withValues(world.base, { "topology.orchestrator.kubeconfig": "kubeconfig of the suite" });
  const cluster = undo.use(await startKubernetes(nodesOf(document)));
  await makeVolumes(cluster);
  const inNamespace = ["--namespace", NAMESPACE];
  const agent = `deployment/${NAMESPACE}-agent`;
  const owned = undo.move();
  return {
    environment: ENVIRONMENT,
    document: here(document, cluster),
    secrets: walkSecrets(),
    world: { ...world, base: here(document, cluster) },
    untried: UNTRIED,
    variables: { PATH: [dirname(kubernetesProgram("kubectl")), process.env.PATH].join(delimiter) },
    urlOf: () => undefined,
    asHere: (changed) => here(changed, cluster),
    held: async () => labelled(cluster, ENVIRONMENT),
    plantOthers: () => plantOthers(cluster),
    others: async () => {
      const { items } = Objects.parse(await cluster.get("configmaps,secrets", "--namespace", `${NAMESPACE}-2`));
      const shared = Objects.parse(await cluster.get("namespaces,priorityclasses", "--selector=team=others"));
      return [...items, ...shared.items].map(
        ({ kind, metadata: { name, uid, resourceVersion } }) => `${kind} ${name} ${uid} ${resourceVersion}`,
      );
    },
    drifts: {
      "deletes the agent": async () => {
        await cluster.kubectl(["delete", agent, ...inNamespace]);
      },
      "deletes its service": async () => {
        await cluster.kubectl(["delete", `service/${NAMESPACE}-agent`, ...inNamespace]);
      },
      "scales it to nothing": async () => {
        await cluster.kubectl(["scale", agent, "--replicas=0", ...inNamespace]);
      },
      "sets another image": async () => {
        await cluster.kubectl(["set", "image", agent, "agent=registry.example/other:1", ...inNamespace]);
      },
    },
    kept: /^(namespace|persistentvolumeclaim|secret) /,
    earlierByEngine: true,
    memory: () => memory(cluster),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const Objects = z.object({
  items: z.array(
    z.object({
      kind: z.string(),
      metadata: z.object({ name: z.string(), uid: z.string(), resourceVersion: z.string() }),
      data: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

function here(document: Document, { kubeconfig }: KubernetesCluster): Document {
  return withValues(document, { "topology.orchestrator.kubeconfig": kubeconfig });
}

const Hosts = z.object({
  topology: z.object({
    hosts: z.array(z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) })),
  }),
});

function nodesOf(document: Document) {
  const { topology } = Hosts.parse(document);
  return topology.hosts.map(({ name, labels }) => ({ name, labels, cpu: "256", memory: "1024Gi" }));
}

/** Everything of any kind that carries the environment's label, but for what a controller has made of it. */
async function labelled(cluster: KubernetesCluster, environment: string): Promise<string[]> {
  const all = (await cluster.kubectl(["api-resources", "--output=name", "--verbs=list"])).split("\n");
  const kinds = all.filter((kind) => kind !== "" && !MADE_BY_CLUSTER.test(kind));
  const selector = `--selector=blueprint.environment=${environment}`;
  const { items } = Objects.parse(await cluster.get(kinds.join(","), selector, "--all-namespaces"));
  return items.map(({ kind, metadata }) => `${kind.toLowerCase()} ${metadata.name}`);
}

/** The claims' identities, and a digest of the password that opens what is in them. */
async function memory(cluster: KubernetesCluster): Promise<string> {
  const { items: claims } = Objects.parse(await cluster.get("persistentvolumeclaims", "--namespace", NAMESPACE));
  const { items: secrets } = Objects.parse(await cluster.get("secrets", "--namespace", NAMESPACE));
  const generated = secrets.filter(({ metadata }) => metadata.name.includes("generated"));
  const opens = createHash("sha256").update(JSON.stringify(generated.map(({ data }) => data)));
  return [...claims.map(({ metadata: { name, uid } }) => `${name} ${uid}`).toSorted(), opens.digest("hex")].join("\n");
}

async function makeVolumes(cluster: KubernetesCluster): Promise<void> {
  const volumes = Array.from({ length: VOLUMES }, (_, index) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `disk-${index}` },
    spec: {
      capacity: { storage: "1Ti" },
      accessModes: ["ReadWriteOnce"],
      hostPath: { path: `/simulated/${index}` },
    },
  }));
  await apply(cluster, volumes);
}

/** Others' objects, with names and labels like the environment's. */
async function plantOthers(cluster: KubernetesCluster): Promise<void> {
  const labels = { team: "others", "blueprint.environment": `${ENVIRONMENT}-2` };
  const namespace = `${NAMESPACE}-2`;
  const metadata = { name: `${NAMESPACE}-data`, namespace, labels };
  await apply(cluster, [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } },
    { apiVersion: "v1", kind: "Secret", metadata },
    { apiVersion: "v1", kind: "ConfigMap", metadata },
    {
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      metadata: { name: `${NAMESPACE}-2-high`, labels },
      value: 7,
    },
  ]);
}

async function apply(cluster: KubernetesCluster, items: readonly object[]): Promise<void> {
  await cluster.kubectl(["apply", "--filename=-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}
