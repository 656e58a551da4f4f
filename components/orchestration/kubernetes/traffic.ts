import type { core, networking } from "@pulumi/kubernetes/types/input.js";
import type { WorkloadPlan, WorkloadPort } from "../workload.plan.ts";
import { entry, type KubernetesContext, metadataOf, selectorOf } from "./context.ts";
import { revisionOf } from "./controller.ts";
import type { Exposure } from "./exposure.settings.ts";
import type { KubernetesEntry } from "./kubernetes.plan.ts";
import { controllerKey, isTried, trackLabels, trackName, VERSION_LABEL } from "./tracks.ts";

/** The service of a workload that listens, and the way to it from outside. */
export function trafficOf(context: KubernetesContext, workload: WorkloadPlan): KubernetesEntry[] {
  const service = serviceOf(context, workload);
  if (!service || workload.key !== "agent") return service ? [service] : [];
  const tried = isShared(context, workload) ? [canaryService(context, workload)] : [];
  return [service, ...tried, ...routeOf(context, workload, [service, ...tried])];
}

/** Whether a route shares requests out between the versions, and not their replicas. */
function isShared({ settings }: KubernetesContext, workload: WorkloadPlan): boolean {
  return isTried(workload) && settings.exposure.kind === "gateway";
}

function serviceOf(context: KubernetesContext, workload: WorkloadPlan): KubernetesEntry | undefined {
  const { namespace, settings } = context;
  if (workload.ports.length === 0) return undefined;
  const { exposure } = settings;
  const exposed = workload.key === "agent" ? exposure : undefined;
  const revision = revisionOf(context, workload);
  const spec = {
    type: typeOf(exposed?.kind),
    selector: {
      ...selectorOf(workload),
      ...(revision !== undefined && { [VERSION_LABEL]: revision }),
      ...(isShared(context, workload) && trackLabels("stable")),
    },
    ports: workload.ports.map((port, index) => ({
      ...servicePort(workload, port),
      ...(index === 0 && exposed?.kind === "node-port" && { nodePort: exposed.nodePort }),
    })),
    ...((exposed?.kind === "node-port" || exposed?.kind === "load-balancer") && {
      externalTrafficPolicy: exposed.externalTraffic,
      sessionAffinity: exposed.sessionAffinity,
    }),
    ...(exposed?.kind === "load-balancer" &&
      exposed.allowedRanges.length > 0 && { loadBalancerSourceRanges: exposed.allowedRanges.map(({ text }) => text) }),
  } satisfies core.v1.ServiceSpec;
  const annotations = exposed?.kind === "load-balancer" ? exposed.annotations : {};
  const metadata = metadataOf(workload.name, workload.labels, { namespace, annotations });
  // A service that selects but some of the pods is switched once those are ready.
  const switched = revision !== undefined || isShared(context, workload);
  const after = switched ? ["namespace", controllerKey(workload)] : ["namespace"];
  return entry(`service-${workload.key}`, { apiVersion: "v1", kind: "Service", metadata, spec }, after);
}

/** The service to which a route sends the new version's share. It has no pod but while a rollout tries one. */
function canaryService({ namespace }: KubernetesContext, workload: WorkloadPlan): KubernetesEntry {
  const spec = {
    type: "ClusterIP",
    selector: { ...selectorOf(workload), ...trackLabels("canary") },
    ports: workload.ports.map((port) => servicePort(workload, port)),
  } satisfies core.v1.ServiceSpec;
  const metadata = metadataOf(
    trackName(workload, "canary"),
    { ...workload.labels, ...trackLabels("canary") },
    { namespace, annotations: { "pulumi.com/skipAwait": "true" } },
  );
  return entry(`service-canary-${workload.key}`, { apiVersion: "v1", kind: "Service", metadata, spec }, ["namespace"]);
}

function servicePort(workload: WorkloadPlan, port: WorkloadPort) {
  return {
    name: port.name,
    port: portOf(workload, port),
    targetPort: port.name,
    protocol: port.protocol.toUpperCase(),
  };
}

/** Within the cluster a database keeps its own port; the agent is reached under the one that is published. */
function portOf({ key }: WorkloadPlan, { publishedPort, containerPort }: WorkloadPort): number {
  return key === "agent" ? publishedPort : containerPort;
}

function typeOf(kind: string | undefined) {
  if (kind === "node-port") return "NodePort";
  return kind === "load-balancer" ? "LoadBalancer" : "ClusterIP";
}

function routeOf(
  context: KubernetesContext,
  workload: WorkloadPlan,
  services: readonly KubernetesEntry[],
): KubernetesEntry[] {
  const after = services.map(({ key }) => key);
  const { exposure } = context.settings;
  switch (exposure.kind) {
    case "ingress":
      return [ingressOf(context, exposure, workload, after)];
    case "gateway":
      return [gatewayRoute(context, exposure, workload, after)];
    case "none":
    case "node-port":
    case "load-balancer":
      return [];
  }
}

function ingressOf(
  { input, namespace }: KubernetesContext,
  exposure: Extract<Exposure, { kind: "ingress" }>,
  workload: WorkloadPlan,
  after: readonly string[],
) {
  const { hostNames, tls } = input.endpoint;
  const path = {
    path: exposure.path,
    pathType: exposure.pathType,
    backend: { service: { name: workload.name, port: { name: workload.ports[0]?.name } } },
  };
  const rules =
    hostNames.length > 0 ? hostNames.map((host) => ({ host, http: { paths: [path] } })) : [{ http: { paths: [path] } }];
  const spec = {
    ingressClassName: exposure.className,
    rules,
    ...(tls.kind === "certificate" && { tls: [{ hosts: [...hostNames], secretName: tls.name }] }),
  } satisfies networking.v1.IngressSpec;
  const annotations = { ...timeouts(exposure.className, input.turns.proxyTimeoutSeconds), ...exposure.annotations };
  const metadata = metadataOf(workload.name, workload.labels, { namespace, annotations });
  const object = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, spec };
  return entry(`ingress-${workload.key}`, object, after);
}

/** Timeouts of the ingress controllers that read them from annotations. */
function timeouts(className: string, seconds: number): Record<string, string> {
  if (className.includes("haproxy")) {
    return { "haproxy.org/timeout-server": `${seconds}s`, "haproxy.org/timeout-client": `${seconds}s` };
  }
  if (!className.includes("nginx")) return {};
  return {
    "nginx.ingress.kubernetes.io/proxy-read-timeout": `${seconds}`,
    "nginx.ingress.kubernetes.io/proxy-send-timeout": `${seconds}`,
    "nginx.ingress.kubernetes.io/proxy-buffering": "off",
    "nginx.ingress.kubernetes.io/proxy-request-buffering": "off",
  };
}

function gatewayRoute(
  context: KubernetesContext,
  exposure: Extract<Exposure, { kind: "gateway" }>,
  workload: WorkloadPlan,
  after: readonly string[],
) {
  const { input, namespace } = context;
  const request = `${input.turns.proxyTimeoutSeconds}s`;
  const spec = {
    parentRefs: [{ name: exposure.gateway, namespace: exposure.gatewayNamespace }],
    ...(input.endpoint.hostNames.length > 0 && { hostnames: [...input.endpoint.hostNames] }),
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        backendRefs: workload.ports
          .slice(0, 1)
          .flatMap((port) => backendsOf(context, workload, portOf(workload, port))),
        timeouts: { request, backendRequest: request },
      },
    ],
  };
  const metadata = metadataOf(workload.name, workload.labels, { namespace, annotations: exposure.annotations });
  const object = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata, spec };
  return entry(`route-${workload.key}`, object, after);
}

/** The stable version first, with all requests: a rollout changes the weights and puts them back. */
function backendsOf(context: KubernetesContext, workload: WorkloadPlan, port: number) {
  if (!isShared(context, workload)) return [{ name: workload.name, port }];
  return [
    { name: workload.name, port, weight: 100 },
    { name: trackName(workload, "canary"), port, weight: 0 },
  ];
}
