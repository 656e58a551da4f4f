import { toCores, toMiB } from "../../../../components/core/index.ts";
import type { RemoteServerPlan } from "../../../../components/topology/index.ts";
import type { EnvironmentSettings } from "../../../../stacks/config.ts";
import type { CapacityPromise, Unknown } from "./promised.ts";

/** What all replicas that may run at once claim, against what the hosts declare. */
export function serverCapacity({ capacity, workloads }: RemoteServerPlan): CapacityPromise[] {
  const { hosts, placed } = capacity.placement;
  const limits = placed.flatMap(({ key }) => workloads.find((workload) => workload.key === key)?.resources ?? []);
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const rows = [
    {
      resource: "cpu",
      unit: "cores",
      requested: sum(hosts.map(({ cpu }) => cpu.requested)) / 1000,
      limited: sum(limits.map(({ cpuLimit }) => toCores(cpuLimit))),
      available: sum(hosts.map(({ cpu }) => cpu.available)) / 1000,
    },
    {
      resource: "memory",
      unit: "MiB",
      requested: sum(hosts.map(({ memoryMiB }) => memoryMiB.requested)),
      limited: sum(limits.map(({ memoryLimit }) => toMiB(memoryLimit))),
      available: sum(hosts.map(({ memoryMiB }) => memoryMiB.available)),
    },
  ] as const;
  return rows.map((row) => ({ ...row, fitsAtLimit: row.limited <= row.available }));
}

/** What the hosts cost, where their tiers say it. */
export function serverCost({ capacity, budget }: RemoteServerPlan): string {
  if (capacity.monthlyCost === undefined) return "not modelled: own hosts, whose tiers name no price";
  const hosts = `${capacity.monthlyCost} a month for the hosts, by their tiers`;
  if (budget === undefined) return hosts;
  const passed = budget.passedPercents.at(-1);
  const mark = passed === undefined ? "" : `, above the mark of ${passed} %`;
  return `${hosts}: ${budget.cost} of the ${budget.period} budget of ${budget.amount}, ${budget.usedPercent} %${mark}`;
}

/** What nobody can know before it runs. */
export function serverUnknowns(plan: RemoteServerPlan, { agent }: EnvironmentSettings): Unknown[] {
  const { target } = plan;
  return [
    {
      what: "whether the hosts have what they declare",
      why: "topology.hosts declares it, nothing was asked over a network",
    },
    ...(target.kind === "swarm"
      ? [
          {
            what: "whether the hosts are a Swarm",
            why: "the rendered swarm/bootstrap.sh makes one and changes nothing where it stands",
          },
          {
            what: "a host's own stop",
            why: "Docker's daemon kills what still runs 15 s after it is told to stop, unless its shutdown-timeout is longer: drain the node first",
          },
        ]
      : []),
    ...(target.kind === "kubernetes"
      ? [
          {
            what: "timeouts beyond the cluster's own proxies",
            why: "a platform's load balancer has an idle timeout of its own, which the API doesn't show",
          },
        ]
      : []),
    ...(agent.model.kind === "openai-compatible"
      ? [
          {
            what: "cost of the model",
            why: `${new URL(agent.model.baseUrl).host} sets the price of ${agent.model.name}`,
          },
        ]
      : []),
  ];
}
