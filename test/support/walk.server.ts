import type { OrchestratorKind } from "../../components/orchestration/index.ts";
import { SERVER_AGENT } from "./server-document.ts";
import { HOSTS, host, SIZE } from "./walk.server-hosts.ts";
import { OWN_VALUES } from "./walk.server-own-values.ts";
import { REFUSED, REFUSED_LISTS } from "./walk.server-refusals.ts";
import { CANARY, SERVER_VALUES } from "./walk.server-values.ts";
import { DESKTOP_WORLD } from "./walk.values.ts";
import type { World } from "./walk.world.ts";

/** A document in which nearly every leaf of a server exists. */
function documentFor(orchestrator: OrchestratorKind): World["base"] {
  const alone = orchestrator === "standalone";
  return {
    topology: {
      kind: "remote-server",
      orchestrator: { kind: orchestrator },
      // Hosts by themselves share no network; a Swarm of one manager has as many workers as one likes.
      hosts: alone ? [host(1, { tier: "worker" })] : HOSTS,
      governance: {
        tiers: { worker: { ...SIZE, clientsMax: 200, monthlyCost: 48 }, other: { ...SIZE, cpu: "32" } },
        classes: { worker: {} },
      },
    },
    agent: SERVER_AGENT,
    // Only Kubernetes starts replicas when load comes.
    scaling: { replicas: { min: 2, max: orchestrator === "kubernetes" ? 4 : 2 } },
    containers: {
      cache: { image: "registry.example/team/cache:7.4.1", healthCheck: { command: ["cache", "ping"] } },
      worker: { image: "registry.example/team/worker:1.0.0", healthCheck: { command: ["worker", "ping"] } },
    },
  };
}

const LISTS: World["lists"] = {
  ...DESKTOP_WORLD.lists,
  "topology.governance.wastage.rules": [{ resource: "cpu", belowPercent: 20 }],
  "topology.hosts[].taints": [{ key: "dedicated", value: "agents" }],
  "topology.orchestrator.canary.steps": [{ weightPercent: 25, pauseSeconds: 300 }],
  "containers.*.ports": [{ hostPort: 6379, containerPort: 6379, address: "0.0.0.0" }],
  "topology.workload.placement.require": [{ key: "zone", values: ["a"] }],
  "topology.workload.placement.prefer": [
    { key: "rack", values: ["1"], weight: 50 },
    { key: "zone", values: ["b"] },
  ],
  "topology.workload.placement.tolerations": [{ key: "dedicated", effect: "NoExecute" }],
};

const ONE_AGENT = { "scaling.replicas": { min: 1, max: 1 } };
const OPEN = { "agent.authentication": { kind: "none" }, "agent.ports": [{ hostPort: 8080 }] };

const VARIANTS: World["variants"] = {
  ...DESKTOP_WORLD.variants,
  "agent.database.kind=embedded": ONE_AGENT,
  "agent.authentication.kind=none": { "agent.ports": [{ hostPort: 8080 }] },
  "topology.endpoint.tls.kind=certificate": {
    "topology.endpoint.tls.name": "agents",
    "topology.endpoint.hostNames": ["agents.example.com"],
  },
  "topology.workload.security.seccomp.kind=profile": { "topology.workload.security.seccomp.path": "flame.json" },
  "topology.client.authentication.kind=none": OPEN,
  "topology.client.authentication.kind=basic": OPEN,
  "topology.client.authentication.kind=oauth": {
    "topology.client.authentication.authorizationEndpoint": "https://login.example.com/authorize",
    "topology.client.authentication.clientId": "flame-desktop",
  },
  "topology.client.authentication.kind=jwt": { "topology.client.authentication.issuer": "https://login.example.com" },
  "topology.orchestrator.exposure.kind=node-port": { "topology.orchestrator.exposure.nodePort": 30411 },
  "topology.orchestrator.exposure.kind=load-balancer": { "topology.endpoint.hostNames": ["agents.example.com"] },
  "topology.orchestrator.exposure.kind=gateway": {
    "topology.orchestrator.exposure.gateway": "public",
    "topology.orchestrator.exposure.gatewayNamespace": "gateways",
  },
  "topology.orchestrator.canary.analysis.kind=agents": CANARY,
  "topology.orchestrator.canary.analysis.kind=prometheus": {
    ...CANARY,
    "topology.orchestrator.canary.analysis.url": "http://prometheus:9090",
    "topology.orchestrator.canary.analysis.failures": "failed",
    "topology.orchestrator.canary.analysis.total": "all",
    "topology.orchestrator.canary.analysis.latency.query": "latency",
  },
};

/** A Swarm publishes on all addresses of a host, where an agent without authentication may not listen. */
const CLOSED_VARIANTS = Object.fromEntries(
  Object.entries(VARIANTS).filter(
    ([variant]) => !/client\.authentication\.kind=(none|basic)$|agent\.authentication\.kind=none$/.test(variant),
  ),
);

/** Variant that stands before a choice, where the first of the schema is refused or means the same as another. */
const USUAL_KINDS: Readonly<Record<OrchestratorKind, Readonly<Record<string, string>>>> = {
  standalone: {},
  swarm: { "agent.authentication.kind": "bearer" },
  kubernetes: { "agent.restart.kind": "unless-stopped", "containers.*.restart.kind": "unless-stopped" },
};

/** What a pod does anyway, under either name. */
const SAME_MEANING: Readonly<Record<OrchestratorKind, readonly string[]>> = {
  standalone: [],
  swarm: [],
  kubernetes: ["agent.restart.kind=always", "containers.*.restart.kind=always"],
};

/** Concerns of which a server has no use. */
const UNUSED = /^(desktop|resources|monitoring)\.(?!status\.metricsPath)/;

/** A server on one orchestrator: every leaf but those of desktops and of the other orchestrators. */
export function serverWorld(orchestrator: OrchestratorKind): World {
  const others = ["standalone", "swarm", "kubernetes"].filter((kind) => kind !== orchestrator);
  const foreign = ["topology.kind=local-podman", ...others.map((kind) => `topology.orchestrator.kind=${kind}`)];
  const values = { ...SERVER_VALUES, ...OWN_VALUES[orchestrator] };
  return {
    base: documentFor(orchestrator),
    has: ({ variants, path }) =>
      !variants.some((variant) => foreign.includes(variant) || SAME_MEANING[orchestrator].includes(variant)) &&
      // What stands inside a variant that is refused is refused with it.
      !variants.some((variant) => variant in REFUSED[orchestrator] && variant.split("=")[0] !== path),
    lists: LISTS,
    variants: orchestrator === "swarm" ? CLOSED_VARIANTS : VARIANTS,
    values,
    usualKinds: USUAL_KINDS[orchestrator],
    refusedLists: REFUSED_LISTS[orchestrator],
    refusedAt: (name, { path }) =>
      REFUSED[orchestrator][name] ?? REFUSED[orchestrator][path] ?? (UNUSED.test(path) ? path : undefined),
  };
}
