import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { KubernetesPlan } from "../../components/orchestration/index.ts";
import type { RemoteServerPlan } from "../../components/topology/index.ts";
import { planServer } from "../../stacks/remote-server.ts";
import { withValues } from "../support/document.ts";
import { environmentOf, manifestsOf } from "../support/environment.ts";
import type { KubernetesCluster, SimulatedNode } from "./kubernetes-cluster.ts";

/** A server's environment on Kubernetes: what was decided, and the file that `kubectl apply` takes. */
export interface KubernetesEnvironment {
  readonly plan: RemoteServerPlan;
  readonly target: KubernetesPlan;
  readonly objects: string;
  /** The file with the version that serves, where a rollout alone changes it; else nothing. */
  readonly stable: string;
}

/** The hosts of `Pulumi.staging.yaml` as nodes. */
export const STAGING_NODES: readonly SimulatedNode[] = ["a", "b", "c"].map((zone, index) => ({
  name: `node-${index + 1}`,
  labels: { zone },
}));

/** `Pulumi.staging.yaml` on Kubernetes, with other values at the given paths. */
export async function stagingOnKubernetes(
  changes: Readonly<Record<string, unknown>> = {},
  name = "staging",
): Promise<KubernetesEnvironment> {
  const file = fileURLToPath(new URL("../../Pulumi.staging.yaml", import.meta.url));
  const { config }: { config: Record<string, unknown> } = parse(await readFile(file, "utf8"));
  const concerns = Object.entries(config)
    .filter(([key]) => key !== "blueprint:accessToken")
    .map(([key, value]) => [key.replace("blueprint:", ""), value] as const);
  const document = withValues(
    // No simulated pod falls over once it is ready: nothing is to be waited for.
    withValues(Object.fromEntries(concerns), {
      "topology.orchestrator.kind": "kubernetes",
      // A Swarm has nothing that starts further agents when load comes.
      "scaling.replicas": { min: 2, max: 4 },
      "topology.workload.update.delaySeconds": 0,
    }),
    changes,
  );
  const plan = planServer(environmentOf(document, { name }));
  if (plan?.target.kind !== "kubernetes") throw new Error("the environment isn't one of Kubernetes");
  const files = new Map(manifestsOf(document, { name }).map(({ path, content }) => [path, content]));
  const fileOf = (path: string) => files.get(path) ?? "";
  return {
    plan,
    target: plan.target,
    objects: fileOf("kubernetes/objects.yaml"),
    stable: fileOf("kubernetes/stable.yaml"),
  };
}

/** Does what the head of the rendered file asks for: its namespace and the secrets. */
export async function makeSecrets(cluster: KubernetesCluster, { namespace, secrets }: KubernetesPlan): Promise<void> {
  await cluster.kubectl(["create", "namespace", namespace]);
  for (const { name, values } of secrets) {
    const literals = Object.keys(values).map((key) => `--from-literal=${key}=of-this-suite`);
    await cluster.kubectl(["--namespace", namespace, "create", "secret", "generic", name, ...literals]);
  }
}

/** Applies a rendered file as its head says, with unknown fields refused. */
export function apply(cluster: KubernetesCluster, objects: string, ...parameters: readonly string[]): Promise<string> {
  return cluster.kubectl(["apply", "--server-side", "--validate=strict", "--filename=-", ...parameters], objects);
}

/** A volume for each claim: no simulated node has a disk. */
export async function makeVolumes(cluster: KubernetesCluster, { entries, namespace }: KubernetesPlan): Promise<void> {
  const claims = entries.filter(({ object }) => object.kind === "PersistentVolumeClaim");
  for (const { object } of claims) {
    const { name } = object.metadata;
    const volume = {
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name: `${namespace}-${name}` },
      spec: {
        capacity: { storage: "10Gi" },
        accessModes: ["ReadWriteOnce"],
        hostPath: { path: `/simulated/${name}` },
        claimRef: { namespace, name },
      },
    };
    await cluster.kubectl(["apply", "--server-side", "--filename=-"], JSON.stringify(volume));
  }
}
