import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { type KubernetesCluster, startKubernetes } from "./kubernetes-cluster.ts";
import { apply, stagingOnKubernetes } from "./kubernetes-environment.ts";
import { haveKubernetes } from "./kubernetes-install.ts";
import { SETTINGS } from "./kubernetes-settings.ts";

const ROUTES = fileURLToPath(new URL("kubernetes/http-route.yaml", import.meta.url));

describe.runIf(haveKubernetes())("every object that settings lead to", () => {
  let cluster: KubernetesCluster;
  const kinds = new Set<string>();
  const dryRun = (objects: string) => apply(cluster, objects, "--dry-run=server");

  beforeAll(async () => {
    cluster = await startKubernetes([{ name: "node-1" }]);
    await cluster.kubectl(["apply", "--server-side", "--filename=-"], await readFile(ROUTES, "utf8"));
    await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    // A dry run makes no namespace for what is to lie in it.
    for (const namespace of ["flame-matrix", "assistants"]) await cluster.kubectl(["create", "namespace", namespace]);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it.each(Object.entries(SETTINGS))("passes the API server's strict dry run: %s", async (_, changes) => {
    const { target, objects, stable } = await stagingOnKubernetes(changes, "matrix");
    const answers = [objects, stable].filter(Boolean).map(dryRun);
    const lines = (await Promise.all(answers)).flatMap((answer) => answer.split("\n"));
    expect(lines.length).toBe(target.entries.length);
    expect(lines.every((answer) => /serverside-applied \(server dry run\)$/.test(answer))).toBe(true);
    for (const { object } of target.entries) kinds.add(object.kind);
  });

  it("are of every kind that there is", () => {
    expect(Object.keys(SETTINGS).length).toBeGreaterThanOrEqual(40);
    expect([...kinds].toSorted()).toEqual([
      "ConfigMap",
      "CronJob",
      "Deployment",
      "HTTPRoute",
      "HorizontalPodAutoscaler",
      "Ingress",
      "LimitRange",
      "Namespace",
      "NetworkPolicy",
      "PersistentVolumeClaim",
      "PodDisruptionBudget",
      "PriorityClass",
      "ResourceQuota",
      "Role",
      "RoleBinding",
      "Service",
      "ServiceAccount",
      "StatefulSet",
    ]);
  });

  it.each(["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy", "HTTPRoute"])(
    "is refused where a field doesn't exist: %s",
    async (kind) => {
      const { objects } = await stagingOnKubernetes(SETTINGS["a route of the Gateway API"], "matrix");
      const documents = parseAllDocuments(objects).map((document) => document.toJS());
      const object = documents.find((one) => one.kind === kind);
      const broken = JSON.stringify({ ...object, spec: { ...object.spec, replicaCount: 3 } });
      await expect(dryRun(broken)).rejects.toThrow(
        /replicaCount.*(field not declared in schema|unknown field)|unknown field.*replicaCount/,
      );
    },
  );
});
