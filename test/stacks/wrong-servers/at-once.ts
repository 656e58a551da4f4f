import type { Document } from "../../support/environment.ts";
import { SERVER_HOSTS } from "../../support/server-document.ts";
import { server } from "./server.ts";

/** A server's environment with mistakes that have nothing to do with each other, and the paths of all of them. */
interface SeveralMistakes {
  readonly why: string;
  readonly document: Document;
  readonly paths: readonly string[];
}

const [FIRST = {}, SECOND = {}, THIRD = {}] = SERVER_HOSTS;

/** Single values are told together; what only shows once all values stand is told together after them. */
export const SERVERS_WITH_SEVERAL_MISTAKES: readonly SeveralMistakes[] = [
  {
    why: "values of hosts, the proxy, the way in, the agent and its turns",
    document: server("swarm", {
      orchestrator: { proxy: { checkIntervalSeconds: 0 } },
      topology: {
        hosts: [{ ...FIRST, memory: undefined }, { ...SECOND, tier: "large" }, THIRD],
        endpoint: { hostNames: ["Agents.Example"] },
      },
      agent: { image: "agent:latest" },
      concerns: { turns: { maxSeconds: 1 } },
    }),
    paths: [
      "topology.hosts.0.memory",
      "topology.hosts.1.cpu",
      "topology.hosts.1.memory",
      "topology.hosts.1.disk",
      "topology.orchestrator.proxy.checkIntervalSeconds",
      "topology.endpoint.hostNames.0",
      "topology.hosts.1.tier",
      "agent.image",
      "turns.maxSeconds",
    ],
  },
  {
    why: "managers, placement, updates, turns, regions and tenants of a Swarm",
    document: server("swarm", {
      topology: {
        hosts: [{ ...FIRST, role: "manager" }, { ...SECOND, role: "manager" }, THIRD],
        workload: { placement: { prefer: [{ key: "zone", values: ["a"] }] } },
        governance: { clientsAtOnce: 100, tenants: { acme: { workloads: ["agent"] } } },
      },
      agent: { updates: { kind: "automatic", schedule: "0 3 * * *" } },
      concerns: { turns: { stopGraceSeconds: 60 }, regions: { preset: "two-region" } },
    }),
    paths: [
      "regions.preset",
      "agent.updates.kind",
      "turns.stopGraceSeconds",
      "topology.workload.placement.prefer",
      "topology.hosts",
      "topology.governance.tenants.acme.workloads.0",
      "topology.governance.clientsAtOnce",
    ],
  },
  {
    why: "the way in, the quota, the deadline, folders and swap of a Kubernetes cluster",
    document: server("kubernetes", {
      orchestrator: { exposure: { kind: "load-balancer" }, progressDeadlineSeconds: 30 },
      topology: { governance: { quota: { memoryRequests: "1GiB" } } },
      agent: {
        volumes: [{ hostPath: "/srv/documents", containerPath: "/documents" }],
        resources: { limits: { swap: "256MiB" } },
      },
      concerns: { desktop: { ipcChannel: "flame:other" } },
    }),
    paths: [
      "desktop.ipcChannel",
      "topology.endpoint.hostNames",
      "topology.orchestrator.progressDeadlineSeconds",
      "agent.volumes",
      "agent.resources.limits.swap",
      "topology.governance.quota.memoryRequests",
    ],
  },
  {
    why: "labels, updates, the database, the stop grace and the replicas of hosts by themselves",
    document: server("standalone", {
      topology: { hosts: SERVER_HOSTS },
      agent: { updates: { kind: "automatic", schedule: "0 3 * * *" } },
      concerns: {
        labels: { "blueprint.version": "2" },
        turns: { stopGraceSeconds: 60 },
        scaling: { replicas: { min: 1, max: 2 } },
      },
    }),
    paths: [
      "labels.blueprint.version",
      "agent.updates.kind",
      "agent.database.kind",
      "turns.stopGraceSeconds",
      "scaling.replicas.max",
    ],
  },
];
