import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";

const settingsOf = (settings: object) => kubernetesPlanOf({ settings: { ...settings } });
const AGENT = { "app.kubernetes.io/name": "agent", "app.kubernetes.io/instance": "flame-staging-agent" };

describe("the namespace", () => {
  it.each(["restricted", "baseline"])("enforces, audits and warns of Pod Security %s", (podSecurity) => {
    const { labels, name } = objectOf(settingsOf({ podSecurity }), "Namespace").metadata;
    expect(name).toBe("flame-staging");
    for (const mode of ["enforce", "audit", "warn"]) {
      expect(labels[`pod-security.kubernetes.io/${mode}`]).toBe(podSecurity);
    }
  });

  it("has an account without a token, and no role at all", () => {
    const plan = settingsOf({ namespace: "other", serviceAccount: "flame" });
    expect(objectOf(plan, "ServiceAccount")).toMatchObject({
      metadata: { name: "flame", namespace: "other" },
      automountServiceAccountToken: false,
    });
    expect(plan.entries.some(({ object }) => object.kind.includes("Role"))).toBe(false);
  });

  it("has a quota and bounds only where they are set", () => {
    const plan = kubernetesPlanOf({
      governance: { quota: { pods: "9" }, bounds: { max: { cpu: "2" }, min: { cpu: "50m" } } },
    });
    expect(objectOf(plan, "ResourceQuota").spec).toEqual({ hard: { pods: "9" } });
    expect(objectOf(plan, "LimitRange").spec.limits).toEqual([
      { type: "Container", max: { cpu: "2" }, min: { cpu: "50m" } },
    ]);
    expect(kubernetesPlanOf().entries.some(({ key }) => key === "quota" || key === "bounds")).toBe(false);
  });
});

describe("priority classes", () => {
  const classesOf = (plan: ReturnType<typeof kubernetesPlanOf>) =>
    plan.entries.flatMap(({ object }) =>
      object.kind === "PriorityClass" ? [[object.metadata.name, object.value, object.preemptionPolicy]] : [],
    );
  const own = workloadPlan();

  it("are one for each priority in use; only the lowest pushes nobody off", () => {
    const workloads = (["high", "low", "low"] as const).map((priority, index) =>
      workloadPlan({ key: `w${index}`, name: `w${index}`, resources: { ...own.resources, priority } }),
    );
    expect(classesOf(kubernetesPlanOf({ workloads }))).toEqual([
      ["flame-staging-high", 100_000, "PreemptLowerPriority"],
      ["flame-staging-low", 1_000, "Never"],
    ]);
  });

  it("are the cluster's where one is named, and governance's where it gives one", () => {
    expect(classesOf(settingsOf({ priorityClass: "gold" }))).toEqual([]);
    const classes = { agent: { name: "silver", priority: 5, preempts: true } };
    expect(classesOf(kubernetesPlanOf({ governance: { classes } }))).toEqual([
      ["flame-staging-silver", 5, "PreemptLowerPriority"],
    ]);
  });
});

describe("network policies", () => {
  const policyOf = (settings: object, key = "policy-agent") =>
    objectOf(settingsOf(settings), "NetworkPolicy", key).spec;
  const keysOf = (plan: ReturnType<typeof kubernetesPlanOf>) =>
    plan.entries.flatMap(({ key, object }) => (object.kind === "NetworkPolicy" ? [key] : []));
  const namespaced = (name: string) => ({
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
  });
  const gateway = { kind: "gateway", gateway: "public", gatewayNamespace: "gateways" };

  it.each([
    { networkPolicy: { kind: "same-namespace" }, keys: ["policy-nobody", "policy-agent"] },
    { networkPolicy: { kind: "deny-all" }, keys: ["policy-nobody"] },
    { networkPolicy: { kind: "allow-all" }, keys: ["policy-allow-all"] },
    { networkPolicy: { kind: "custom" }, keys: ["policy-nobody"] },
    { networkPolicy: { kind: "custom", namespaces: ["web"] }, keys: ["policy-nobody", "policy-agent"] },
  ])("are $keys with $networkPolicy", ({ networkPolicy, keys }) => {
    expect(keysOf(settingsOf({ networkPolicy }))).toEqual(keys);
  });

  it.each([
    { settings: {}, from: [{ podSelector: {} }] },
    { settings: { exposure: gateway }, from: [{ podSelector: {} }, namespaced("gateways")] },
    { settings: { exposure: { kind: "ingress" } }, from: [{ podSelector: {} }, { namespaceSelector: {} }] },
    { settings: { networkPolicy: { kind: "deny-all" }, exposure: gateway }, from: [namespaced("gateways")] },
    {
      settings: { networkPolicy: { kind: "custom", namespaces: ["web"], ranges: ["10.0.0.0/8"] } },
      from: [namespaced("web"), { ipBlock: { cidr: "10.0.0.0/8" } }],
    },
    { settings: { exposure: { kind: "node-port" } }, from: undefined },
    { settings: { exposure: { kind: "load-balancer" } }, from: undefined },
  ])("let $from reach the agent with $settings", ({ settings, from }) => {
    const { ingress, podSelector } = policyOf(settings);
    expect(podSelector.matchLabels).toEqual(AGENT);
    expect(ingress).toEqual([{ ...(from && { from }), ports: [{ port: "http", protocol: "TCP" }] }]);
  });

  it("let through what one workload needs of another, and nothing else", () => {
    const database = workloadPlan({ key: "database", name: "flame-staging-database" });
    const workloads = [database, workloadPlan({ dependsOn: ["database"] })];
    const plan = kubernetesPlanOf({ workloads, settings: { networkPolicy: { kind: "deny-all" } } });
    expect(keysOf(plan)).toEqual(["policy-nobody", "policy-needed-database"]);
    expect(objectOf(plan, "NetworkPolicy", "policy-needed-database").spec.ingress[0].from).toEqual([
      { podSelector: { matchLabels: AGENT } },
    ]);
  });
});
