import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";
import type { WorkloadPlan } from "../workload.plan.ts";

const agent = workloadPlan({ replicas: { mode: "replicated", min: 2, max: 8 } });
const DAY = { start: "0 7 * * MON-FRI", end: "0 19 * * MON-FRI", replicas: 5 };
const planOf = (schedule: object, workload: WorkloadPlan = agent) =>
  kubernetesPlanOf({ workloads: [workload], settings: { autoscaling: { schedule } } });
const scheduled = planOf({ windows: { day: DAY }, timeZone: "Europe/Berlin" });
const cronJob = (edge: "start" | "end") => objectOf(scheduled, "CronJob", `schedule-day-${edge}`);

describe("a schedule", () => {
  it("raises the autoscaler's least at a window's start, and lowers it at its end", () => {
    expect(cronJob("start").spec).toMatchObject({ schedule: "0 7 * * 1,2,3,4,5", timeZone: "Europe/Berlin" });
    expect(cronJob("end").spec).toMatchObject({ schedule: "0 19 * * 1,2,3,4,5", timeZone: "Europe/Berlin" });
    const argumentsOf = (edge: "start" | "end") => cronJob(edge).spec.jobTemplate.spec.template.spec.containers[0].args;
    const target = ["patch", "horizontalpodautoscaler/flame-staging-agent", "--type=merge"];
    expect(argumentsOf("start")).toEqual([...target, '--patch={"spec":{"minReplicas":5}}']);
    expect(argumentsOf("end")).toEqual([...target, '--patch={"spec":{"minReplicas":2}}']);
    expect(objectOf(scheduled, "HorizontalPodAutoscaler").metadata.name).toBe("flame-staging-agent");
  });

  it("keeps an update from ending a window, and only where there is one", () => {
    const ignored = (plan: typeof scheduled) => plan.entries.find(({ key }) => key === "autoscaler-agent")?.ignored;
    expect(ignored(scheduled)).toEqual(["spec.minReplicas"]);
    expect(ignored(planOf({}))).toEqual([]);
    expect(planOf({}).entries.map(({ object }) => object.kind)).not.toContain("CronJob");
  });

  it("has an account that may change this autoscaler and nothing else", () => {
    expect(objectOf(scheduled, "Role").rules).toEqual([
      {
        apiGroups: ["autoscaling"],
        resources: ["horizontalpodautoscalers"],
        resourceNames: ["flame-staging-agent"],
        verbs: ["get", "patch"],
      },
    ]);
    const name = "flame-staging-agent-schedule";
    expect(objectOf(scheduled, "RoleBinding")).toMatchObject({
      roleRef: { kind: "Role", name },
      subjects: [{ kind: "ServiceAccount", name }],
    });
    const { spec } = cronJob("start").spec.jobTemplate.spec.template;
    expect(spec).toMatchObject({ serviceAccountName: name, automountServiceAccountToken: false });
    expect(spec.volumes[0].projected.sources[0]).toEqual({
      serviceAccountToken: { path: "token", expirationSeconds: 600 },
    });
  });

  it("runs as Pod Security's restricted standard asks, within limits, and is nobody's backend", () => {
    const { metadata, spec } = cronJob("end").spec.jobTemplate.spec.template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } });
    expect(spec.containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      },
      resources: { requests: { cpu: "0.1", memory: "64Mi" }, limits: { cpu: "0.1", memory: "64Mi" } },
    });
    const { selector } = objectOf(scheduled, "Service").spec;
    expect(Object.entries(selector).every(([label, value]) => metadata.labels[label] === value)).toBe(false);
  });

  it("has the registries' credentials where there are any", () => {
    const secretsOf = (registryHosts: readonly string[]) =>
      objectOf(
        kubernetesPlanOf({
          workloads: [agent],
          registryHosts,
          settings: { autoscaling: { schedule: { windows: { day: DAY } } } },
        }),
        "CronJob",
        "schedule-day-start",
      ).spec.jobTemplate.spec.template.spec.imagePullSecrets;
    expect(secretsOf([])).toEqual([]);
    expect(secretsOf(["registry.example"])).toEqual([{ name: "flame-staging-registries" }]);
  });

  it("is given up before the next edge may come", () => {
    const { startingDeadlineSeconds, concurrencyPolicy, jobTemplate } = cronJob("start").spec;
    expect(startingDeadlineSeconds + jobTemplate.spec.activeDeadlineSeconds).toBe(300);
    expect(concurrencyPolicy).toBe("Forbid");
  });

  it("has names that a CronJob may have, however long the workload's is", () => {
    const workload = workloadPlan({ ...agent, name: "a".repeat(63) });
    const windows = { "window-of-sixtee": DAY };
    const names = planOf({ windows }, workload).entries.flatMap(({ object }) =>
      object.kind === "CronJob" ? [object.metadata.name] : [],
    );
    expect(names).toHaveLength(2);
    for (const name of names) expect(name.length).toBeLessThanOrEqual(52);
  });
});
