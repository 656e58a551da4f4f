import type { Problem } from "../../core/index.ts";
import type { AdapterHost } from "../adapter-input.ts";
import { isProxied } from "../proxy.plan.ts";
import { keepsData, type WorkloadPlan } from "../workload.plan.ts";
import type { SwarmSettings } from "./swarm.settings.ts";

/** What of the hosts' parts, and of the way in, can't make a Swarm. `eligible`: hosts on which the agent may run. */
export function checkSwarm(
  hosts: readonly AdapterHost[],
  settings: SwarmSettings,
  workloads: readonly WorkloadPlan[],
  eligible: number,
): Problem[] {
  const agent = workloads.find(({ ports }) => ports.some(isProxied));
  return [
    ...checkManagers(hosts),
    ...(agent && settings.publish === "host" ? checkHostPorts(agent, eligible) : []),
    ...(agent && settings.publish === "proxy" ? checkProxiedPorts(agent) : []),
    ...(settings.publish === "ingress" ? [] : checkClosedNetwork(settings, workloads)),
  ];
}

function checkManagers(hosts: readonly AdapterHost[]): Problem[] {
  const managers = hosts.filter(({ role }) => role === "manager");
  const count = managers.length;
  if (count % 2 === 1) return [];
  return [
    {
      path: "topology.hosts",
      given: `${count} managers (${managers.map(({ name }) => name).join(", ") || "none"})`,
      allowed: `an odd number of managers: ${count} stay in charge after the loss of ${Math.max(0, Math.ceil(count / 2) - 1)}, as ${Math.max(1, count - 1)} would`,
      mend: "set role of one host to worker, or of one more to manager",
    },
  ];
}

/** A port of a host belongs to one replica: another one needs another host, a new version beside it a spare one. */
function checkHostPorts(agent: WorkloadPlan, eligible: number): Problem[] {
  const { replicas, update } = agent;
  const published = agent.ports.filter(({ reach }) => reach === "everywhere").map(({ publishedPort }) => publishedPort);
  if (published.length === 0) return [];
  const held = `port ${published.join(" and ")} of a host belongs to one replica while topology.orchestrator.publish is host`;
  if (replicas.mode === "replicated" && replicas.max > eligible) {
    return [
      {
        path: "scaling.replicas.max",
        given: `${replicas.max}`,
        allowed: `at most ${eligible}, the hosts that placement allows: ${held}`,
        mend: "lower scaling.replicas.max, add hosts, or set topology.orchestrator.publish to proxy",
      },
    ];
  }
  if (keepsData(agent) || update.strategy === "recreate" || update.order === "stop-first") return [];
  const spare = replicas.mode === "global" ? 0 : eligible - replicas.max;
  if (spare >= update.parallelism) return [];
  return [
    {
      path: "topology.workload.update.order",
      given: `"start-first"`,
      allowed: `stop-first with ${spare} spare ${spare === 1 ? "host" : "hosts"} for ${update.parallelism} at once: ${held}, and the old one keeps it until it ends`,
      mend: "set topology.orchestrator.publish to proxy, which updates without a gap, or topology.workload.update.order to stop-first",
    },
  ];
}

/** A host's port leads into a container over the host's own bridge, which Docker attaches to none on a closed network. */
function checkClosedNetwork({ network, publish }: SwarmSettings, workloads: readonly WorkloadPlan[]): Problem[] {
  const isPublished = workloads.some(({ ports }) => ports.some(({ reach }) => reach === "everywhere"));
  if (!network.internal || !isPublished) return [];
  return [
    {
      path: "topology.orchestrator.network.internal",
      given: "true",
      allowed: `false while topology.orchestrator.publish is ${publish}: no port of a host leads to what is on such a network alone`,
      mend: "remove it, or set topology.orchestrator.publish to ingress, whose network leads to the ports",
    },
  ];
}

/** The proxy speaks HTTP for the agent's first port. */
function checkProxiedPorts(agent: WorkloadPlan): Problem[] {
  const [, ...others] = agent.ports;
  return others.map((port, index) => ({
    path: `agent.ports.${index + 1}`,
    given: `${port.publishedPort}`,
    allowed: "one port of the agent while topology.orchestrator.publish is proxy, which leads to the first one",
    mend: "remove it, or set topology.orchestrator.publish to ingress",
  }));
}
