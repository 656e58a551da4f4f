import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";
import { ImageReference } from "../../core/index.ts";
import { replicasAtMost, type WorkloadPlan } from "../workload.plan.ts";
import { checkKubernetes, triedReplicas } from "./canary.ts";
import { KubernetesSettings } from "./kubernetes.settings.ts";

const GATEWAY = { exposure: { kind: "gateway", gateway: "public", gatewayNamespace: "gateways" } };
const update = { ...workloadPlan().update, strategy: "canary" } as const;
const count = (min: number, max: number) => ({ replicas: { mode: "replicated", min, max } }) as const;
const tried = (changes: Partial<WorkloadPlan> = {}) => workloadPlan({ update, ...count(4, 4), ...changes });
const planOf = (workload: WorkloadPlan, settings: Readonly<Record<string, unknown>> = {}) =>
  kubernetesPlanOf({ workloads: [workload], settings });
const stableOf = (workload: WorkloadPlan, settings: Readonly<Record<string, unknown>> = {}) =>
  objectOf(planOf(workload, settings), "Deployment", "stable-agent");
const canaryOf = (workload: WorkloadPlan) => objectOf(planOf(workload), "Deployment", "canary-agent");
const entryOf = (workload: WorkloadPlan, key: string) => planOf(workload).entries.find((entry) => entry.key === key);

describe("an agent whose versions are tried out", () => {
  const next = tried({ image: ImageReference.parse("registry.example/team/flame-agent:1.3.0") });

  it("has a Deployment that serves, and one without a pod beside it", () => {
    expect(stableOf(tried()).metadata.name).toBe("flame-staging-agent-stable");
    expect(stableOf(tried()).spec.replicas).toBe(4);
    expect(canaryOf(tried()).metadata.name).toBe("flame-staging-agent-canary");
    expect(canaryOf(tried()).spec.replicas).toBe(0);
  });

  it("has pods that differ in nothing but their track", () => {
    const [stable, canary] = [stableOf(tried()), canaryOf(tried())].map(({ spec }) => spec.template);
    expect(canary.spec).toEqual(stable.spec);
    expect(canary.metadata.labels).toEqual({ ...stable.metadata.labels, "blueprint.track": "canary" });
    for (const { spec } of [stableOf(tried()), canaryOf(tried())]) {
      expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
      expect(spec.selector.matchLabels).toHaveProperty("blueprint.track");
      expect(spec.selector.matchLabels).not.toHaveProperty("blueprint.revision");
    }
  });

  it("has a stable Deployment that a rollout alone changes, and a canary whose count is the rollout's", () => {
    expect(entryOf(tried(), "stable-agent")).toMatchObject({
      madeOnce: true,
      ignored: ["spec", "metadata.labels", "metadata.annotations"],
    });
    expect(entryOf(tried(), "canary-agent")).toMatchObject({ madeOnce: false, ignored: ["spec.replicas"] });
  });

  it("keeps the files that an older version's pods need", () => {
    const files = { files: [{ path: "/a", content: "b" }] };
    expect(entryOf(tried(files), "files-agent")?.retained).toBe(true);
    expect(entryOf(workloadPlan(files), "files-agent")?.retained).toBe(false);
  });

  it("knows its version by all that its pods are made from, and by nothing else", () => {
    const revision = (workload: WorkloadPlan) => planOf(workload).canary?.revision;
    const label = canaryOf(next).spec.template.metadata.labels["blueprint.revision"];
    expect(revision(next)).toBe(label);
    expect(revision(next)).not.toBe(revision(tried()));
    expect(revision(tried({ environment: { TZ: "CET" } }))).not.toBe(revision(tried()));
    expect(revision(tried(count(8, 8)))).toBe(revision(tried()));
    const specification = (workload: WorkloadPlan) => planOf(workload).canary?.specification;
    expect(specification(tried(count(8, 8)))).toBe(specification(tried()));
    expect(specification(tried({ update: { ...update, parallelism: 2 } }))).not.toBe(specification(tried()));
    expect(stableOf(tried()).metadata.annotations["blueprint.specification"]).toBe(specification(tried()));
  });

  it("has one service of all pods, and one budget over them", () => {
    const plan = planOf(tried());
    const labels = { "app.kubernetes.io/name": "agent", "app.kubernetes.io/instance": "flame-staging-agent" };
    expect(objectOf(plan, "Service").spec.selector).toEqual(labels);
    expect(objectOf(plan, "PodDisruptionBudget").spec.selector.matchLabels).toEqual(labels);
    expect(plan.canary).toMatchObject({ names: { route: undefined }, room: { by: "replicas", min: 4, max: 4 } });
  });

  it("is waited for by what depends on it", () => {
    const worker = workloadPlan({ key: "worker", name: "flame-staging-worker", ports: [], dependsOn: ["agent"] });
    const plan = kubernetesPlanOf({ workloads: [tried(), worker] });
    expect(plan.entries.find(({ key }) => key === "controller-worker")?.after).toContain("stable-agent");
  });

  it("is told how long its pods may take, and what its steps must keep", () => {
    expect(planOf(tried()).canary).toMatchObject({
      steps: [
        { weightPercent: 25, pauseSeconds: 300 },
        { weightPercent: 50, pauseSeconds: 300 },
      ],
      source: {
        kind: "agents",
        failures: 'flame_turns_total{outcome=~"failed|timed-out"}',
        total: "flame_turns_total",
        histogram: "flame_turn_duration_seconds",
      },
      bounds: { failurePercentMax: 1, samplesMin: 20, latency: { percentile: 95, secondsMax: 180 } },
      selector: { "app.kubernetes.io/name": "agent", "blueprint.track": "canary" },
      metrics: { port: 4111, path: "/metrics", token: { name: "flame-staging-access-token", key: "value" } },
      readySeconds: 365,
      drainSeconds: 200,
    });
  });

  it("may be judged by a Prometheus, with or without latency", () => {
    const analysis = { kind: "prometheus", url: "http://prometheus:9090", failures: "f", total: "t" };
    expect(planOf(tried(), { canary: { analysis } }).canary).toMatchObject({
      source: { ...analysis, latency: undefined },
      bounds: { latency: undefined },
    });
    const timed = { ...analysis, latency: { query: "l", secondsMax: 9 } };
    expect(planOf(tried(), { canary: { analysis: timed } }).canary).toMatchObject({
      source: { ...analysis, latency: "l" },
      bounds: { latency: { percentile: undefined, secondsMax: 9 } },
    });
  });
});

describe("where a gateway shares requests out", () => {
  const plan = planOf(tried(count(2, 8)), GATEWAY);

  it("each version has a service, and the stable one all requests", () => {
    expect(objectOf(plan, "HTTPRoute").spec.rules[0].backendRefs).toEqual([
      { name: "flame-staging-agent", port: 8080, weight: 100 },
      { name: "flame-staging-agent-canary", port: 8080, weight: 0 },
    ]);
    for (const [key, track] of [
      ["service-agent", "stable"],
      ["service-canary-agent", "canary"],
    ] as const) {
      expect(objectOf(plan, "Service", key).spec.selector["blueprint.track"]).toBe(track);
    }
    // Pulumi would wait for a pod behind it, and none is there until a version is tried.
    expect(objectOf(plan, "Service", "service-canary-agent").metadata.annotations).toEqual({
      "pulumi.com/skipAwait": "true",
    });
    expect(plan.entries.find(({ key }) => key === "service-agent")?.after).toContain("stable-agent");
  });

  it("an autoscaler owns the stable version's count alone, and counts no other pod", () => {
    expect(objectOf(plan, "HorizontalPodAutoscaler").spec.scaleTargetRef.name).toBe("flame-staging-agent-stable");
    expect(stableOf(tried(count(2, 8)), GATEWAY).spec).not.toHaveProperty("replicas");
    expect(plan.canary).toMatchObject({
      names: { route: "flame-staging-agent" },
      room: { by: "route", min: 2, max: 8 },
    });
  });
});

it("needs room for what is tried and for the surge of its promotion, beside all that serve", () => {
  const { replicas } = tried({ replicas: { mode: "replicated", min: 2, max: 8, tried: 4 } });
  expect(replicasAtMost({ replicas, update: { ...update, parallelism: 2 } })).toBe(14);
  expect(replicasAtMost({ replicas, update: { ...update, order: "stop-first" } })).toBe(12);
});

describe("settings that can't share requests out", () => {
  it("are refused where a container has a Deployment's name", () => {
    const other = workloadPlan({ key: "agent-canary", name: "flame-staging-agent-canary" });
    const problems = checkKubernetes(KubernetesSettings.parse({ kind: "kubernetes" }), [tried(), other]);
    expect(problems.map(({ path }) => path)).toEqual(["containers.agent-canary"]);
  });

  const problemsOf = (workload: WorkloadPlan, settings: Readonly<Record<string, unknown>> = {}) =>
    checkKubernetes(KubernetesSettings.parse({ kind: "kubernetes", ...settings }), [workload]).map(({ path }) => path);

  it.each([
    { why: "an autoscaler moves the weights", workload: tried(count(4, 8)), path: "scaling.replicas.max" },
    {
      why: "a client stays with one pod",
      workload: tried(),
      settings: { exposure: { kind: "node-port", sessionAffinity: "ClientIP" } },
      path: "topology.orchestrator.exposure.sessionAffinity",
    },
    {
      why: "a node answers for its own pods",
      workload: tried(),
      settings: { exposure: { kind: "load-balancer", externalTraffic: "Local" } },
      path: "topology.orchestrator.exposure.externalTraffic",
    },
    {
      why: "there are too few replicas",
      workload: tried(count(2, 2)),
      path: "topology.orchestrator.canary.steps.0.weightPercent",
    },
    { why: "nobody listens", workload: tried({ ports: [] }), path: "topology.workload.update.strategy" },
    {
      why: "no version is tried out",
      workload: workloadPlan(),
      settings: { canary: { steps: [{ weightPercent: 10 }] } },
      path: "topology.orchestrator.canary",
    },
  ])("are refused: $why", ({ workload, settings, path }) => {
    expect(problemsOf(workload, settings)).toEqual([path]);
  });

  it("are accepted where they can", () => {
    expect(problemsOf(tried())).toEqual([]);
    expect(problemsOf(tried(count(2, 8)), GATEWAY)).toEqual([]);
    expect(problemsOf(workloadPlan())).toEqual([]);
    expect(triedReplicas(KubernetesSettings.parse({ kind: "kubernetes", ...GATEWAY }), { min: 2, max: 8 })).toBe(4);
  });
});
