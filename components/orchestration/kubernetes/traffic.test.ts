import { describe, expect, it } from "vitest";
import { kubernetesPlanOf, objectOf } from "../../../test/support/kubernetes.ts";
import { workloadPlan } from "../../../test/support/workload.ts";

const exposed = (exposure: object, endpoint: object = {}) => kubernetesPlanOf({ settings: { exposure }, endpoint });
const kindsOf = (plan: ReturnType<typeof kubernetesPlanOf>) => plan.entries.map(({ object }) => object.kind);
const [port] = workloadPlan().ports;

describe("the agent's service", () => {
  it.each([
    {
      exposure: { kind: "none" },
      spec: { type: "ClusterIP", ports: [{ name: "http", port: 8080, targetPort: "http" }] },
    },
    {
      exposure: { kind: "node-port", nodePort: 30_411, externalTraffic: "Local", sessionAffinity: "ClientIP" },
      spec: {
        type: "NodePort",
        ports: [{ port: 8080, nodePort: 30_411 }],
        externalTrafficPolicy: "Local",
        sessionAffinity: "ClientIP",
      },
    },
    {
      exposure: { kind: "load-balancer", allowedRanges: ["10.0.0.0/8"] },
      spec: { type: "LoadBalancer", externalTrafficPolicy: "Cluster", loadBalancerSourceRanges: ["10.0.0.0/8"] },
    },
    { exposure: { kind: "ingress" }, spec: { type: "ClusterIP" } },
    { exposure: { kind: "gateway", gateway: "public", gatewayNamespace: "gateways" }, spec: { type: "ClusterIP" } },
  ])("is as exposure says: $exposure.kind", ({ exposure, spec }) => {
    expect(objectOf(exposed(exposure), "Service").spec).toMatchObject(spec);
  });

  it("carries the load balancer's annotations", () => {
    const annotations = { "service.example/idle-timeout": "200" };
    expect(objectOf(exposed({ kind: "load-balancer", annotations }), "Service").metadata.annotations).toEqual(
      annotations,
    );
    expect(objectOf(exposed({ kind: "load-balancer" }), "Service").spec).not.toHaveProperty("loadBalancerSourceRanges");
  });

  it("isn't there for what listens to nothing; others are reached by their own port", () => {
    const worker = workloadPlan({ key: "worker", name: "flame-staging-worker", ports: [], readyPath: undefined });
    expect(kindsOf(kubernetesPlanOf({ workloads: [worker] }))).not.toContain("Service");
    const cache = workloadPlan({
      key: "cache",
      name: "flame-staging-cache",
      ports: port ? [{ ...port, publishedPort: 1 }] : [],
    });
    expect(
      objectOf(kubernetesPlanOf({ workloads: [cache], settings: { exposure: { kind: "node-port" } } }), "Service").spec,
    ).toMatchObject({ type: "ClusterIP", ports: [{ port: 4111 }] });
  });

  it("selects one version's pods in a blue-green update, and is switched after they are there", () => {
    const update = { ...workloadPlan().update, strategy: "blue-green" } as const;
    const plan = kubernetesPlanOf({ workloads: [workloadPlan({ update })] });
    const { spec } = objectOf(plan, "Deployment");
    expect(objectOf(plan, "Service").spec.selector).toEqual(spec.selector.matchLabels);
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(kindsOf(plan).indexOf("Service")).toBeGreaterThan(kindsOf(plan).indexOf("Deployment"));
    expect(plan.entries.find(({ object }) => object.kind === "Service")?.after).toContain("controller-agent");
  });
});

describe("an ingress", () => {
  it.each([
    { className: "nginx", annotation: "nginx.ingress.kubernetes.io/proxy-read-timeout", value: "185" },
    { className: "nginx-internal", annotation: "nginx.ingress.kubernetes.io/proxy-buffering", value: "off" },
    { className: "haproxy", annotation: "haproxy.org/timeout-server", value: "185s" },
  ])("of class $className waits for a whole turn and buffers nothing", ({ className, annotation, value }) => {
    const { metadata, spec } = objectOf(exposed({ kind: "ingress", className }), "Ingress");
    expect(metadata.annotations[annotation]).toBe(value);
    expect(spec.ingressClassName).toBe(className);
  });

  it("of another class has the user's annotations alone, which win everywhere", () => {
    const { metadata } = objectOf(exposed({ kind: "ingress", className: "other", annotations: { a: "b" } }), "Ingress");
    expect(metadata.annotations).toEqual({ a: "b" });
    const annotations = { "haproxy.org/timeout-server": "1h" };
    const own = objectOf(exposed({ kind: "ingress", className: "haproxy", annotations }), "Ingress");
    expect(own.metadata.annotations["haproxy.org/timeout-server"]).toBe("1h");
  });

  it("answers for each name, with the certificate", () => {
    const endpoint = { hostNames: ["a.example.com", "b.example.com"], tls: { kind: "certificate", name: "example" } };
    const { spec } = objectOf(exposed({ kind: "ingress", path: "/x", pathType: "Exact" }, endpoint), "Ingress");
    expect(spec.rules.map(({ host }: { host: string }) => host)).toEqual(endpoint.hostNames);
    expect(spec.tls).toEqual([{ hosts: endpoint.hostNames, secretName: "example" }]);
    expect(spec.rules[0].http.paths).toEqual([
      { path: "/x", pathType: "Exact", backend: { service: { name: "flame-staging-agent", port: { name: "http" } } } },
    ]);
    expect(objectOf(exposed({ kind: "ingress" }), "Ingress").spec.rules).toHaveLength(1);
  });
});

it("a route of the Gateway API bounds a request by the turn", () => {
  const gateway = { kind: "gateway", gateway: "public", gatewayNamespace: "gateways" };
  const { spec } = objectOf(exposed(gateway, { hostNames: ["a.example.com"] }), "HTTPRoute");
  expect(spec).toMatchObject({
    parentRefs: [{ name: "public", namespace: "gateways" }],
    hostnames: ["a.example.com"],
    rules: [
      {
        backendRefs: [{ name: "flame-staging-agent", port: 8080 }],
        timeouts: { request: "185s", backendRequest: "185s" },
      },
    ],
  });
  expect(objectOf(exposed(gateway), "HTTPRoute").spec).not.toHaveProperty("hostnames");
});
