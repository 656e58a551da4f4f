import type { OrchestratorKind } from "../../components/orchestration/index.ts";
import { HOSTS } from "./walk.server-hosts.ts";
import { INGRESS, SERVER_VALUES, SPREAD } from "./walk.server-values.ts";
import type { LeafValues } from "./walk.world.ts";

/** Hosts by themselves share no network: several of them have no database of their own and nothing beside the agent. */
const SEVERAL_HOSTS = {
  "topology.hosts": HOSTS,
  "agent.database": { kind: "external", host: "database.example.com", password: { secret: "databasePassword" } },
  containers: {},
  "scaling.replicas": { min: 3, max: 3 },
} as const;

/** Leaves whose effect is a choice between hosts. */
const PLACED = [
  "topology.hosts[].taints[].key",
  "topology.hosts[].taints[].value",
  "topology.hosts[].taints[].effect",
  ...["key", "operator", "values"].flatMap((name) => [
    `topology.workload.placement.require[].${name}`,
    `topology.workload.placement.prefer[].${name}`,
  ]),
  "topology.workload.placement.apart",
  ...["key", "operator", "value", "effect"].map((name) => `topology.workload.placement.tolerations[].${name}`),
];

/** Where nothing starts a replica when load comes, their bounds are one number. */
const OF_ONE_NUMBER: Readonly<Record<string, LeafValues>> = {
  "scaling.preset": {
    base: "minimal",
    changed: "steady",
    beside: { scaling: {} },
    refusedAt: ["scaling.replicas.max"],
  },
  "scaling.replicas.min": { base: 2, changed: 1, along: { "scaling.replicas.max": 1 } },
  "scaling.replicas.max": { base: 2, changed: 3, along: { "scaling.replicas.min": 3 } },
};

/** Values that one orchestrator needs differently. */
export const OWN_VALUES: Readonly<Record<OrchestratorKind, Readonly<Record<string, LeafValues>>>> = {
  standalone: {
    ...Object.fromEntries(PLACED.map((path) => [path, onSeveralHosts(SERVER_VALUES[path])])),
    "topology.hosts[].labels": { changed: { rack: "9" }, beside: { ...SEVERAL_HOSTS, ...SPREAD } },
    "topology.workload.placement.prefer[].weight": { base: 40, changed: 60, beside: SEVERAL_HOSTS },
    "topology.workload.placement.spreadOver": {
      base: [],
      changed: ["zone"],
      beside: {
        ...SEVERAL_HOSTS,
        "topology.workload.placement.prefer": [{ key: "zone", values: ["a"] }],
        "topology.workload.placement.apart": "off",
      },
    },
    "topology.hosts[].role": { changed: "manager" },
    "topology.workload.update.monitorSeconds": { changed: 90 },
    "topology.workload.placement.apart": { base: "off", changed: "required", beside: SEVERAL_HOSTS },
    "topology.workload.placement.prefer[].key": {
      changed: "other",
      beside: {
        ...SEVERAL_HOSTS,
        "topology.workload.placement.prefer[].weight": 60,
        "topology.workload.placement.apart": "off",
      },
    },
    ...OF_ONE_NUMBER,
    "topology.orchestrator.network.subnet": { changed: "10.91.0.0/24" },
    "topology.orchestrator.network.gateway": { changed: "10.89.44.2" },
    "topology.orchestrator.network.addressRange": { changed: "10.89.44.0/25" },
  },
  swarm: {
    ...OF_ONE_NUMBER,
    "topology.workload.placement.apart": {
      base: "preferred",
      changed: "required",
      beside: { "scaling.replicas": { min: 2, max: 2 } },
    },
    "agent.authentication.kind=none": { changed: undefined, refusedAt: ["agent.ports.0.address"] },
    "agent.authentication.kind=bearer": { changed: undefined, refusedAt: ["agent.ports.0.address"] },
  },
  kubernetes: {
    // Left to choose, these hosts are a Swarm, which takes no bounds.
    ...Object.fromEntries(
      ["auto", "kubernetes"].map((kind) => [
        `topology.orchestrator.kind=${kind}`,
        { changed: undefined, beside: { "scaling.replicas": { min: 2, max: 2 } } },
      ]),
    ),
    "topology.hosts[].role": { changed: "manager" },
    "topology.workload.update.monitorSeconds": { changed: 90 },
    "turns.stopGraceSeconds": { base: 200, changed: 210 },
    "topology.endpoint.hostNames": { base: [], changed: ["agents.example.com"], beside: INGRESS },
    "topology.endpoint.tls.kind=none": { changed: undefined, beside: INGRESS },
    "topology.endpoint.tls.kind=certificate": { changed: undefined, beside: INGRESS },
    "topology.endpoint.tls.name": { changed: "other", beside: INGRESS },
  },
};

function onSeveralHosts(values: LeafValues | undefined): LeafValues {
  return { changed: undefined, ...values, beside: { ...SEVERAL_HOSTS, ...values?.beside } };
}
