import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/agent/until.ts";
import { type KubernetesCluster, startKubernetes } from "./kubernetes-cluster.ts";
import {
  apply,
  type KubernetesEnvironment,
  makeSecrets,
  makeVolumes,
  STAGING_NODES,
  stagingOnKubernetes,
} from "./kubernetes-environment.ts";
import { haveKubernetes } from "./kubernetes-install.ts";

/** Room for four agents, one more while they are updated, and the database. */
const QUOTA = { "topology.governance.quota.replicas": 6 };
const NAMESPACE = "flame-staging";
const AGENT = "deployment/flame-staging-agent";

describe.runIf(haveKubernetes())("staging on a real control plane, from its rendered objects", () => {
  let cluster: KubernetesCluster;
  let staging: KubernetesEnvironment;
  const inNamespace = (...parameters: readonly string[]) => ["--namespace", NAMESPACE, ...parameters];
  const rolledOut = (controller: string) =>
    cluster.kubectl(inNamespace("rollout", "status", controller, "--timeout=120s"));
  const agents = async (): Promise<string[]> => {
    const { items } = await cluster.get("pods", ...inNamespace("--selector=app.kubernetes.io/name=agent"));
    return items
      .filter(({ metadata }: { metadata: { deletionTimestamp?: string } }) => !metadata.deletionTimestamp)
      .map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  const podsUsed = async () =>
    Number((await cluster.get("resourcequota", ...inNamespace("flame-staging"))).status.used.pods);
  const available = async (count: number) =>
    (await cluster.get(AGENT, ...inNamespace())).status.availableReplicas === count;

  beforeAll(async () => {
    cluster = await startKubernetes(STAGING_NODES);
    staging = await stagingOnKubernetes(QUOTA);
    await makeSecrets(cluster, staging.target);
    await makeVolumes(cluster, staging.target);
    await apply(cluster, staging.objects);
  });
  afterAll(() => cluster?.[Symbol.asyncDispose]());

  it("rolls out", async () => {
    await rolledOut("statefulset/flame-staging-database");
    await rolledOut(AGENT);
    const { status } = await cluster.get("persistentvolumeclaim", "flame-staging-postgresql", ...inNamespace());
    expect(status.phase).toBe("Bound");
  });

  it("has its autoscaler bring the agents to their least", async () => {
    await until("two agents are available", () => available(2), 60_000);
    const { spec } = await cluster.get("horizontalpodautoscaler", "flame-staging-agent", ...inNamespace());
    expect(spec).toMatchObject({ minReplicas: 2, maxReplicas: 4 });
  });

  it("keeps the turn budget's chain in the API's own objects", async () => {
    const deployment = await cluster.get(AGENT, ...inNamespace());
    const budget = await cluster.get("poddisruptionbudget", "flame-staging-agent", ...inNamespace());
    const scaler = await cluster.get("horizontalpodautoscaler", "flame-staging-agent", ...inNamespace());
    const pod = deployment.spec.template.spec;
    const [container] = pod.containers;
    const drain = container.env.find(({ name }: { name: string }) => name === "FLAME_DRAIN_SECONDS").value;
    const turn = 180;
    const margin = 5;
    expect(Number(drain)).toBe(turn + margin);
    const preStop = container.lifecycle.preStop.sleep.seconds;
    expect(preStop).toBeGreaterThan(0);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStop + turn + margin);
    expect(deployment.spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
    expect(deployment.spec.progressDeadlineSeconds).toBeGreaterThan(container.startupProbe.failureThreshold * 10);
    expect(budget.spec.maxUnavailable).toBe(1);
    expect(scaler.spec.behavior.scaleDown).toMatchObject({
      stabilizationWindowSeconds: expect.toSatisfy((seconds: number) => seconds >= turn),
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    });
  });

  it("changes nothing when it is applied again, though the autoscaler owns the count", async () => {
    const before = await cluster.get(AGENT, ...inNamespace());
    await apply(cluster, staging.objects);
    const after = await cluster.get(AGENT, ...inNamespace());
    expect(after.metadata.generation).toBe(before.metadata.generation);
    expect(after.spec.replicas).toBe(2);
  });

  it("takes a new version without falling below its least", async () => {
    const next = await stagingOnKubernetes({ ...QUOTA, "agent.image": "registry.example/team/flame-agent:1.3.0" });
    await apply(cluster, next.objects);
    await rolledOut(AGENT);
    await until(
      "only agents of the new version are there",
      async () => {
        const { items } = await cluster.get("pods", ...inNamespace("--selector=app.kubernetes.io/name=agent"));
        return items.every((pod: PodReport) => pod.spec.containers[0]?.image.endsWith(":1.3.0"));
      },
      60_000,
    );
  });

  it("keeps the old agents serving where a new version never gets ready", async () => {
    await apply(cluster, (await stagingOnKubernetes({ ...QUOTA, "agent.image": BROKEN })).objects);
    await until("an agent of the broken version is there", async () => (await agents()).length === 3, 60_000);
    expect(await available(2)).toBe(true);
    await apply(cluster, staging.objects);
    await rolledOut(AGENT);
  });

  it("keeps more agents ready within a window of the schedule, by an account that may do nothing else", async () => {
    const windows = { day: { start: "0 7 * * MON-FRI", end: "0 19 * * MON-FRI", replicas: 3 } };
    const scheduled = await stagingOnKubernetes({
      "topology.governance.quota.replicas": 7,
      "topology.orchestrator.autoscaling.schedule": { timeZone: "Europe/Berlin", windows },
    });
    await apply(cluster, scheduled.objects);
    const edge = async (name: "start" | "end") => {
      const cronJob = `cronjob/flame-staging-agent-day-${name}`;
      await cluster.kubectl(inNamespace("create", "job", name, `--from=${cronJob}`));
      // The job's pod is let in by Pod Security and the quota; what it would run is run with its account's rights.
      await until(
        `the ${name} has its pod`,
        async () => (await cluster.get("pods", ...inNamespace(`--selector=job-name=${name}`))).items.length > 0,
        60_000,
      );
      const { spec } = await cluster.get(cronJob, ...inNamespace());
      const pod = spec.jobTemplate.spec.template.spec;
      return [...pod.containers[0].args, `--as=system:serviceaccount:${NAMESPACE}:${pod.serviceAccountName}`];
    };

    const start = await edge("start");
    await cluster.kubectl(inNamespace(...start));
    await until("three agents are available", () => available(3), 60_000);
    const account = start.at(-1) ?? "";
    const refused = await cluster.tryKubectl(inNamespace("get", "secrets", account));
    expect(refused.stderr).toMatch(/cannot list resource "secrets"/);
    const other = await cluster.tryKubectl(
      inNamespace("delete", "horizontalpodautoscaler/flame-staging-agent", account),
    );
    expect(other.stderr).toMatch(/cannot delete resource "horizontalpodautoscalers"/);

    await cluster.kubectl(inNamespace(...(await edge("end"))));
    const { spec } = await cluster.get("horizontalpodautoscaler", "flame-staging-agent", ...inNamespace());
    expect(spec.minReplicas).toBe(2);
    // Their jobs and the pods of those go with them.
    await cluster.kubectl(inNamespace("delete", "cronjobs", "--all", "--cascade=foreground", "--wait"));
    await apply(cluster, staging.objects, "--force-conflicts");
    await cluster.kubectl(inNamespace("patch", AGENT, '--patch={"spec":{"replicas":2}}'));
    await until("two agents are available", () => available(2), 60_000);
  });

  it("refuses a privileged pod", async () => {
    const refused = await cluster.tryKubectl(inNamespace("run", "privileged", "--image=a:1", "--privileged"));
    expect(refused.stderr).toMatch(/violates PodSecurity "restricted:latest": privileged/);
  });

  it("refuses a pod beyond the quota", async () => {
    const { status } = await cluster.get("resourcequota", ...inNamespace("flame-staging"));
    expect(status.hard).toMatchObject({ pods: "6" });
    // What was replaced counts until it is gone.
    await until("two agents and a database are all there is", async () => (await podsUsed()) === 3, 60_000);
    const names = ["one", "two", "three", "four"];
    const results = await Promise.all(
      names.map((name) => cluster.tryKubectl(inNamespace("create", "--filename=-"), harmlessPod(name))),
    );
    const refused = results.filter(({ exitCode }) => exitCode !== 0);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.stderr).toMatch(
      /exceeded quota: flame-staging, requested: pods=1, used: pods=6, limited: pods=6/,
    );
    await cluster.kubectl(inNamespace("delete", "pod", "--selector=suite=quota", "--force", "--grace-period=0"));
  });

  it("refuses an eviction past the disruption budget", async () => {
    await until("two agents are available", () => available(2), 60_000);
    // Nothing that is evicted comes back before the nodes take pods again.
    for (const { name } of STAGING_NODES) await cluster.kubectl(["cordon", name]);
    const [first = "", second = ""] = await agents();
    await until(
      "the budget allows one disruption",
      async () => {
        const { status } = await cluster.get("poddisruptionbudget", "flame-staging-agent", ...inNamespace());
        return status.disruptionsAllowed === 1;
      },
      60_000,
    );
    expect((await evict(first)).exitCode).toBe(0);
    expect((await evict(second)).stderr).toMatch(/Cannot evict pod as it would violate the pod's disruption budget/);
    for (const { name } of STAGING_NODES) await cluster.kubectl(["uncordon", name]);
    await until("two agents are available", () => available(2), 60_000);
    await until("the budget allows one disruption", async () => (await evict(second)).exitCode === 0, 60_000);
  });

  const evict = (pod: string) =>
    cluster.tryKubectl(
      ["create", "--raw", `/api/v1/namespaces/${NAMESPACE}/pods/${pod}/eviction`, "--filename=-"],
      JSON.stringify({ apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace: NAMESPACE } }),
    );
});

const BROKEN = "registry.example/team/flame-agent:broken";

interface PodReport {
  readonly spec: { readonly containers: readonly { readonly image: string }[] };
}

/** A pod that Pod Security has nothing against. */
function harmlessPod(name: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { suite: "quota" } },
    spec: {
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "idle",
          image: "registry.example/idle:1.0.0",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
    },
  });
}
