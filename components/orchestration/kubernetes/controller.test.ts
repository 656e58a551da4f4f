import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";
import { mebibytes } from "../../core/index.ts";
import type { WorkloadPlan, WorkloadVolumePlan } from "../workload.plan.ts";

const own = workloadPlan();
const updated = (update: Partial<WorkloadPlan["update"]>, more: Partial<WorkloadPlan> = {}) =>
  workloadPlan({ ...more, update: { ...own.update, ...update } });
const scaled = (min: number, max: number) => workloadPlan({ replicas: { mode: "replicated", min, max } });
const planOf = (workload: WorkloadPlan, settings = {}) => kubernetesPlanOf({ workloads: [workload], settings });
const kindsOf = (workload: WorkloadPlan) => planOf(workload).entries.map(({ object }) => object.kind);

describe("a deployment", () => {
  it.each([
    { update: {}, strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    { update: { parallelism: 3 }, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 0 } } },
    {
      update: { order: "stop-first", parallelism: 2 },
      strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } },
    },
    { update: { strategy: "recreate" }, strategy: { type: "Recreate" } },
  ] as const)("replaces pods as the update says: $update", ({ update, strategy }) => {
    expect(objectOf(planOf(updated(update)), "Deployment").spec.strategy).toMatchObject(strategy);
  });

  it("waits and gives up as it is told", () => {
    const { spec } = objectOf(planOf(updated({ delaySeconds: 7 }), { progressDeadlineSeconds: 900 }), "Deployment");
    expect(spec).toMatchObject({ minReadySeconds: 7, progressDeadlineSeconds: 900, revisionHistoryLimit: 5 });
  });

  it.each([
    { strategy: "rolling", seconds: 10 },
    { strategy: "blue-green", seconds: 10 },
    { strategy: "recreate", seconds: 0 },
  ] as const)("gives a new pod $seconds s to fall over before an old one ends for it: $strategy", (one) => {
    const { spec } = objectOf(planOf(updated({ strategy: one.strategy, delaySeconds: undefined })), "Deployment");
    expect(spec.minReadySeconds).toBe(one.seconds);
  });

  it("of a blue-green update has a name and a selector of its version, the same for the same pods", () => {
    const nameOf = (workload: WorkloadPlan) => objectOf(planOf(workload), "Deployment").metadata.name;
    const blue = updated({ strategy: "blue-green" });
    expect(nameOf(blue)).toMatch(/^flame-staging-agent-[0-9a-f]{8}$/);
    expect(nameOf(blue)).toBe(nameOf(updated({ strategy: "blue-green" })));
    expect(nameOf(updated({ strategy: "blue-green" }, { environment: { TZ: "CET" } }))).not.toBe(nameOf(blue));
    expect(nameOf(updated({ strategy: "blue-green" }, { name: "a".repeat(63) })).length).toBeLessThanOrEqual(63);
  });

  it("waits for its files, its account and what it depends on", () => {
    const database = workloadPlan({ key: "database", name: "flame-staging-database" });
    const agent = workloadPlan({ dependsOn: ["database"], files: [{ path: "/a", content: "b" }] });
    const { entries } = kubernetesPlanOf({ workloads: [database, agent] });
    const controller = entries.find(({ key }) => key === "controller-agent");
    expect(controller?.after).toEqual(["namespace", "service-account", "files-agent", "controller-database"]);
    const order = entries.map(({ key }) => key);
    for (const { key, after } of entries) {
      for (const earlier of after) expect(order.indexOf(earlier)).toBeLessThan(order.indexOf(key));
    }
  });
});

describe("an autoscaler", () => {
  it("is there only between bounds, and then owns the count", () => {
    expect(objectOf(planOf(scaled(3, 3)), "Deployment").spec.replicas).toBe(3);
    expect(kindsOf(scaled(3, 3))).not.toContain("HorizontalPodAutoscaler");
    const plan = planOf(scaled(2, 5));
    expect(objectOf(plan, "Deployment").spec).not.toHaveProperty("replicas");
    expect(plan.entries.find(({ key }) => key === "controller-agent")?.ignored).toEqual(["spec.replicas"]);
    expect(objectOf(plan, "HorizontalPodAutoscaler").spec).toMatchObject({
      scaleTargetRef: { kind: "Deployment", name: "flame-staging-agent" },
      minReplicas: 2,
      maxReplicas: 5,
    });
  });

  it("lets agents end their turns before fewer are enough", () => {
    const { behavior } = objectOf(planOf(scaled(2, 5)), "HorizontalPodAutoscaler").spec;
    expect(behavior.scaleDown).toEqual({
      stabilizationWindowSeconds: 300,
      policies: [{ type: "Pods", value: 1, periodSeconds: 60 }],
    });
  });

  it.each([
    { autoscaling: {}, metrics: [["cpu", 70]] },
    {
      autoscaling: { cpuPercent: 50, memoryPercent: 80 },
      metrics: [
        ["cpu", 50],
        ["memory", 80],
      ],
    },
  ])("keeps the use of $metrics", ({ autoscaling, metrics }) => {
    const { spec } = objectOf(planOf(scaled(2, 5), { autoscaling }), "HorizontalPodAutoscaler");
    expect(spec.metrics).toEqual(
      metrics.map(([name, averageUtilization]) => ({
        type: "Resource",
        resource: { name, target: { type: "Utilization", averageUtilization } },
      })),
    );
  });
});

it("a new version of a blue-green update starts with as many pods as must take all requests", () => {
  const workload = updated({ strategy: "blue-green" }, { replicas: { mode: "replicated", min: 3, max: 5 } });
  const plan = planOf(workload);
  expect(objectOf(plan, "Deployment").spec.replicas).toBe(3);
  expect(plan.entries.find(({ key }) => key === "controller-agent")?.ignored).toEqual(["spec.replicas"]);
});

describe("a disruption budget", () => {
  it.each([
    { disruption: undefined, spec: { maxUnavailable: 1 } },
    { disruption: { kind: "max-unavailable", count: 2 }, spec: { maxUnavailable: 2 } },
    { disruption: { kind: "min-available", count: 3 }, spec: { minAvailable: 3 } },
  ])("says what may be evicted: $spec", ({ disruption, spec }) => {
    const settings = disruption ? { disruption } : {};
    expect(objectOf(planOf(scaled(4, 4), settings), "PodDisruptionBudget").spec).toMatchObject(spec);
  });

  it("isn't there for a single pod, which would keep its node from being emptied", () => {
    expect(kindsOf(scaled(1, 1))).not.toContain("PodDisruptionBudget");
    expect(kindsOf(scaled(1, 2))).toContain("PodDisruptionBudget");
  });
});

describe("a workload that keeps data", () => {
  const volume: WorkloadVolumePlan = {
    name: "data",
    persistent: true,
    size: mebibytes(2048),
    driver: "local",
    driverOptions: {},
    labels: {},
  };
  const keeper = workloadPlan({
    mounts: [{ kind: "volume", volume: "data", containerPath: "/data" }],
    replicas: { mode: "replicated", min: 1, max: 1 },
  });
  const planWith = (changes: Partial<WorkloadVolumePlan> = {}) =>
    kubernetesPlanOf({ workloads: [keeper], volumes: [{ ...volume, ...changes }] });

  it("is a StatefulSet after its claim, and not after its service, which waits for its pods", () => {
    const plan = planWith();
    expect(objectOf(plan, "StatefulSet").spec).toMatchObject({
      replicas: 1,
      serviceName: "flame-staging-agent",
      template: { spec: { volumes: [{ name: "mount-0", persistentVolumeClaim: { claimName: "data" } }] } },
    });
    expect(plan.entries.find(({ key }) => key === "controller-agent")?.after).toEqual([
      "namespace",
      "service-account",
      "claim-data",
    ]);
  });

  it.each([
    { changes: {}, spec: { resources: { requests: { storage: "2048Mi" } } }, persistent: true },
    { changes: { driver: "fast" }, spec: { storageClassName: "fast" }, persistent: true },
    { changes: { persistent: false }, spec: { accessModes: ["ReadWriteOnce"] }, persistent: false },
  ])("claims its volume: $changes", ({ changes, spec, persistent }) => {
    const plan = planWith(changes);
    expect(objectOf(plan, "PersistentVolumeClaim").spec).toMatchObject(spec);
    expect(plan.entries.find(({ key }) => key === "claim-data")?.persistent).toBe(persistent);
  });

  it("leaves the class to the cluster where the driver is the usual one", () => {
    expect(objectOf(planWith(), "PersistentVolumeClaim").spec).not.toHaveProperty("storageClassName");
  });
});

it("changed files are another immutable ConfigMap, so that they roll out", () => {
  const nameOf = (content: string) => {
    const { metadata, immutable, data } = objectOf(
      planOf(workloadPlan({ files: [{ path: "/etc/a.md", content }] })),
      "ConfigMap",
    );
    expect(immutable).toBe(true);
    expect(Object.values(data)).toEqual([content]);
    return metadata.name;
  };
  expect(nameOf("a")).not.toBe(nameOf("b"));
  expect(nameOf("a")).toBe(nameOf("a"));
});
