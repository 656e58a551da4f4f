import { host, SIZE } from "./walk.server-hosts.ts";
import { DESKTOP_WORLD } from "./walk.values.ts";
import type { LeafValues } from "./walk.world.ts";

const OWN_SIZE = { "topology.hosts": [host(1, SIZE)] };
const TAINTED = {
  "topology.hosts[].taints": [{ key: "dedicated", value: "agents" }],
  "topology.workload.placement.tolerations": [{ key: "dedicated", operator: "Equal", value: "agents" }],
} as const;
const ONE_TIER = { "topology.hosts": [host(1, { tier: "worker" })] };
const TENANT = { "topology.governance.tenants": { worker: { workloads: ["worker"] } } } as const;
const BUDGET = { ...ONE_TIER, "topology.governance.budget": { amount: 1000 } };
const WASTAGE = { "topology.governance.wastage.rules": [{ resource: "cpu", belowPercent: 20 }] } as const;
const UNTOLERATED = { "topology.hosts[].taints": [{ key: "dedicated", value: "agents" }] } as const;
const TAINTED_HOST = {
  "topology.hosts[].taints": [{ key: "dedicated", value: "agents", effect: "NoExecute" }],
} as const;
const IN_CLASS = { "topology.governance.classOf": { agent: "worker" } } as const;
/** Replicas are spread over hosts' zones. */
export const SPREAD = { "topology.workload.placement.spreadOver": ["zone"] } as const;
const SCHEDULE = "topology.orchestrator.autoscaling.schedule";
const SCHEDULED = {
  [`${SCHEDULE}.windows`]: { worker: { start: "0 7 * * 1-5", end: "0 19 * * 1-5", replicas: 3 } },
} as const;
/** The agent is exposed by an ingress. */
export const INGRESS = { "topology.orchestrator.exposure": { kind: "ingress" } } as const;
const PINNED = "r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E=";

/** A version is tried out on a part of the replicas, of which there is one number then. */
export const CANARY = {
  "topology.workload.update.strategy": "canary",
  "scaling.replicas": { min: 4, max: 4 },
} as const;

/** Values that mean the same on every orchestrator. */
export const SERVER_VALUES: Readonly<Record<string, LeafValues>> = {
  ...Object.fromEntries(
    Object.entries(DESKTOP_WORLD.values).filter(([path]) => !/^(topology|scaling|regions|resources)\./.test(path)),
  ),
  "topology.kind=remote-server": { changed: "web", refusedAt: ["topology.kind"] },
  "topology.kind=web": { changed: "web", refusedAt: ["topology.kind"] },
  "agent.image": { changed: "registry.example/team/flame-agent:1.3.0" },
  "agent.logging.maxFiles": { changed: 3 },
  "containers.*.logging.maxFiles": { changed: 3 },
  "topology.hosts[].name": { changed: "other" },
  "topology.hosts[].address": { changed: "10.0.0.99" },
  "topology.hosts[].tier": { changed: "other" },
  "topology.hosts[].cpu": { changed: "65", beside: OWN_SIZE },
  "topology.hosts[].memory": { changed: "257GiB", beside: OWN_SIZE },
  "topology.hosts[].disk": { changed: "3TiB", beside: OWN_SIZE },
  "topology.hosts[].role": { base: "worker", changed: "manager" },
  "topology.hosts[].labels": { changed: { rack: "9" }, beside: SPREAD },
  "topology.hosts[].taints[].key": { changed: "other", beside: TAINTED },
  "topology.hosts[].taints[].value": { changed: "other", beside: TAINTED },
  "topology.hosts[].taints[].effect": { base: "PreferNoSchedule", changed: "NoSchedule", beside: UNTOLERATED },
  "topology.hosts[].connection.user": { changed: "deploy" },
  "topology.hosts[].connection.path": { changed: "/run/docker.sock" },
  "topology.orchestrator.network.subnet": { changed: "10.91.0.0/20" },
  "topology.orchestrator.network.gateway": { base: "10.90.0.1", changed: "10.90.0.2" },
  "topology.orchestrator.network.addressRange": { base: "10.90.2.0/24", changed: "10.90.1.0/24" },
  "topology.orchestrator.network.driverOptions": { base: {}, changed: { mtu: "1400" } },
  "topology.orchestrator.network.internal": { changed: true, beside: { "topology.orchestrator.publish": "ingress" } },
  "topology.orchestrator.advertiseAddress": { changed: "10.0.0.99" },
  "topology.orchestrator.addressPools": { base: [], changed: ["10.20.0.0/16"] },
  "topology.orchestrator.secretLabels": { base: {}, changed: { owner: "assistants" } },
  "topology.orchestrator.mode": { changed: "global", beside: { "scaling.replicas": { min: 3, max: 3 } } },
  "topology.orchestrator.proxy.image": { changed: "registry.example/team/haproxy:3.2.1" },
  [`${SCHEDULE}.timeZone`]: { changed: "Europe/Berlin", beside: SCHEDULED },
  [`${SCHEDULE}.image`]: { changed: "registry.example/team/kubectl:1.32.0", beside: SCHEDULED },
  [`${SCHEDULE}.windows.*.start`]: { base: "0 7 * * 1-5", changed: "0 8 * * 1-5", beside: SCHEDULED },
  [`${SCHEDULE}.windows.*.end`]: { base: "0 19 * * 1-5", changed: "0 18 * * 1-5", beside: SCHEDULED },
  [`${SCHEDULE}.windows.*.replicas`]: { base: 3, changed: 4, beside: SCHEDULED },
  "topology.orchestrator.context": { changed: "other" },
  "topology.orchestrator.kubeconfig": { changed: "/other/config" },
  "topology.orchestrator.version": { base: "1.29", changed: "1.30" },
  "topology.orchestrator.namespace": { changed: "other" },
  "topology.orchestrator.serviceAccount": { changed: "other" },
  "topology.orchestrator.priorityClass": { changed: "other" },
  "topology.orchestrator.networkPolicy.namespaces": { base: [], changed: ["ingress-nginx"] },
  "topology.orchestrator.networkPolicy.ranges": { base: [], changed: ["10.0.0.0/8"] },
  "topology.orchestrator.exposure.allowedRanges": { base: [], changed: ["10.0.0.0/8"] },
  "topology.orchestrator.exposure.annotations": { base: {}, changed: { "example.com/owner": "assistants" } },
  "topology.orchestrator.exposure.className": { changed: "haproxy" },
  "topology.orchestrator.exposure.path": { changed: "/agents" },
  "topology.orchestrator.exposure.gateway": { changed: "other" },
  "topology.orchestrator.exposure.gatewayNamespace": { changed: "other" },
  "topology.orchestrator.canary.steps[].weightPercent": { base: 25, changed: 50, beside: CANARY },
  "topology.orchestrator.canary.steps[].pauseSeconds": { base: 300, changed: 301, beside: CANARY },
  "topology.orchestrator.canary.analysis.url": { changed: "http://other:9090" },
  "topology.orchestrator.canary.analysis.failures": { changed: "flame_http_requests_refused_total" },
  "topology.orchestrator.canary.analysis.total": { changed: "flame_http_requests_total" },
  "topology.orchestrator.canary.analysis.latency.histogram": { changed: "flame_http_request_duration_seconds" },
  "topology.orchestrator.canary.analysis.latency.query": { changed: "other" },
  "topology.endpoint.hostNames": { base: [], changed: ["agents.example.com"] },
  "topology.endpoint.tls.name": { changed: "other" },
  "topology.registries.*.username": { changed: "other", beside: registry() },
  "topology.registries.*.password.secret": { base: "registryPassword", changed: "otherPassword", beside: registry() },
  "topology.workload.update.strategy": { base: "rolling", changed: "recreate" },
  "topology.workload.update.onFailure": { absent: true, changed: "continue" },
  "topology.workload.update.maxFailureRatio": { base: 0, changed: 0.5 },
  "topology.workload.update.monitorSeconds": { base: 90, changed: 91 },
  "topology.workload.rollback.order": { changed: "stop-first" },
  "topology.workload.rollback.onFailure": { changed: "continue" },
  "topology.workload.rollback.maxFailureRatio": { changed: 0.5 },
  "topology.workload.placement.require[].key": {
    base: "zone",
    changed: "rack",
    beside: {
      "topology.workload.placement.require[].operator": "NotIn",
      "topology.workload.placement.require[].values": ["1"],
    },
  },
  "topology.workload.placement.require[].operator": { changed: "NotIn" },
  "topology.workload.placement.require[].values": { changed: ["b"] },
  "topology.workload.placement.prefer[].key": { changed: "other" },
  "topology.workload.placement.prefer[].operator": { changed: "NotIn" },
  "topology.workload.placement.prefer[].values": { changed: ["c"] },
  "topology.workload.placement.spreadOver": { base: [], changed: ["zone"] },
  "topology.workload.placement.apart": {
    base: "off",
    changed: "required",
    beside: { "scaling.replicas": { min: 2, max: 2 } },
  },
  "topology.workload.placement.tolerations[].key": { changed: "other", beside: TAINTED_HOST },
  "topology.workload.placement.tolerations[].operator": {
    base: "Exists",
    changed: "Equal",
    refusedAt: ["topology.workload.placement.tolerations.0.value"],
  },
  "topology.workload.placement.tolerations[].value": {
    base: "agents",
    changed: "other",
    beside: { ...TAINTED_HOST, "topology.workload.placement.tolerations[].operator": "Equal" },
  },
  "topology.workload.placement.tolerations[].effect": {
    base: "NoExecute",
    changed: "NoSchedule",
    beside: TAINTED_HOST,
  },
  "topology.workload.security.seccomp.path": { changed: "other.json" },
  "topology.workload.files": { base: {}, changed: { "/etc/flame/prompt.md": "Answer briefly." } },
  "topology.workload.storage.driver": { changed: "nfs" },
  "topology.workload.storage.driverOptions": { base: {}, changed: { type: "nfs" } },
  "topology.governance.tiers.*.clientsMax": { base: 200, changed: 201, beside: ONE_TIER },
  "topology.governance.tiers.*.monthlyCost": { base: 48, changed: 49, beside: ONE_TIER },
  "topology.governance.clientsAtOnce": {
    base: 100,
    changed: 1000,
    beside: ONE_TIER,
    refusedAt: ["topology.governance.clientsAtOnce"],
    bounds: true,
  },
  "topology.governance.quota.cpuRequests": { base: "100", changed: "99" },
  "topology.governance.quota.cpuLimits": { base: "100", changed: "99" },
  "topology.governance.quota.memoryRequests": { base: "100GiB", changed: "99GiB" },
  "topology.governance.quota.memoryLimits": { base: "100GiB", changed: "99GiB" },
  "topology.governance.quota.storage": { base: "100GiB", changed: "99GiB" },
  "topology.governance.replicaBounds.cpu.smallest": { base: "100m", changed: "200m" },
  "topology.governance.replicaBounds.cpu.largest": { base: "8", changed: "9" },
  "topology.governance.replicaBounds.cpu.limitPerRequest": { base: 20, changed: 21 },
  "topology.governance.replicaBounds.memory.smallest": { base: "100MiB", changed: "200MiB" },
  "topology.governance.replicaBounds.memory.largest": { base: "8GiB", changed: "9GiB" },
  "topology.governance.classes.*.priority": { absent: true, changed: 5000, beside: IN_CLASS },
  "topology.governance.classes.*.preempts": { absent: true, changed: false, beside: IN_CLASS },
  "topology.governance.classes.*.guaranteed": {
    base: false,
    changed: true,
    beside: IN_CLASS,
    refusedAt: ["agent.resources.requests.cpu", "agent.resources.requests.memory"],
    bounds: true,
  },
  "topology.governance.tenants.*.workloads": { base: ["worker"], changed: ["cache"], beside: TENANT },
  "topology.governance.tenants.*.monthlyCostMax": { base: 20, changed: 19, beside: { ...ONE_TIER, ...TENANT } },
  ...Object.fromEntries(
    [
      ["cpuRequests", "50", "49"],
      ["cpuLimits", "50", "49"],
      ["memoryRequests", "50GiB", "49GiB"],
      ["memoryLimits", "50GiB", "49GiB"],
      ["storage", "50GiB", "49GiB"],
      ["ephemeralRequests", "50GiB", "49GiB"],
      ["ephemeralLimits", "50GiB", "49GiB"],
      ["gpus", 8, 7],
      ["replicas", 20, 19],
    ].map(([amount, base, changed]) => [
      `topology.governance.tenants.*.quota.${amount}`,
      { base, changed, beside: TENANT } satisfies LeafValues,
    ]),
  ),
  "topology.governance.budget.amount": { base: 1000, changed: 900, beside: ONE_TIER },
  "topology.governance.budget.period": { base: "monthly", changed: "quarterly", beside: BUDGET },
  "topology.governance.budget.warnPercents": { base: [1], changed: [1, 2], beside: BUDGET },
  "topology.governance.budget.onExcess": {
    base: "warn",
    changed: "refuse",
    beside: { ...ONE_TIER, "topology.governance.budget": { amount: 1 } },
    refusedAt: ["topology.governance.budget.amount"],
    bounds: true,
  },
  "topology.governance.wastage.severity": { beside: WASTAGE, changed: undefined },
  "topology.governance.wastage.rules[].resource": { base: "cpu", changed: "memory" },
  "topology.governance.wastage.rules[].belowPercent": { base: 20, changed: 21 },
  "topology.governance.defaultClass": { absent: true, changed: "worker" },
  "topology.governance.classOf": { base: {}, changed: { agent: "worker" } },
  "topology.client.endpoints.api": { changed: "https://other.example.com" },
  "topology.client.endpoints.websocket": { changed: "wss://other.example.com" },
  "topology.client.endpoints.metrics": { changed: "https://other.example.com" },
  "topology.client.authentication.authorizationEndpoint": { changed: "https://other.example.com" },
  "topology.client.authentication.clientId": { changed: "other" },
  "topology.client.authentication.scopes": { base: [], changed: ["turns"] },
  "topology.client.authentication.issuer": { changed: "https://other.example.com" },
  "topology.client.offline.actionsThatNeedSync": { base: [], changed: ["send-mail"] },
  "topology.client.synchronization.first": { changed: ["threads", "files"] },
  "topology.client.security.pinCertificates": {
    base: false,
    changed: true,
    refusedAt: ["topology.client.security.trustedAuthorities"],
  },
  "topology.client.security.trustedAuthorities": { base: [], changed: [PINNED] },
  "agent.ports[].protocol": { changed: "udp", refusedAt: ["agent.ports.0.protocol"] },
  "agent.updates.kind=manual": { changed: undefined, refusedAt: ["agent.updates.kind"] },
  "agent.updates.kind=automatic": { changed: undefined, refusedAt: ["agent.updates.kind"] },
  "agent.authentication.kind=none": { changed: undefined, beside: { "agent.ports": [{ hostPort: 8080 }] } },
  "agent.authentication.kind=bearer": { changed: undefined, beside: { "agent.ports": [{ hostPort: 8080 }] } },
  "scaling.preset": { base: "minimal", changed: "steady", beside: { scaling: {} } },
  "scaling.replicas.min": { base: 2, changed: 1 },
  "scaling.replicas.max": { base: 4, changed: 5 },
  "scaling.idleStopAfter": { changed: "30m", refusedAt: ["scaling.idleStopAfter"] },
  "regions.preset": { base: "single", changed: "two-region", refusedAt: ["regions.preset"] },
  "regions.names": { base: [], changed: ["eu-central-1"], refusedAt: ["regions.names"] },
  "desktop.ipcChannel": { changed: "flame:other", refusedAt: ["desktop.ipcChannel"] },
  "monitoring.host.metrics": { changed: ["cpu", "network"], refusedAt: ["monitoring.host.metrics"] },
};

function registry() {
  return { "topology.registries": { worker: { username: "deploy", password: { secret: "registryPassword" } } } };
}
