import { type Bytes, type MilliCpu, mebibytes, milliCpu, type Problem, toMiB } from "../../core/index.ts";
import {
  keepsData,
  type OrchestratorKind,
  PROXY,
  replicasAtMost,
  SCHEDULE_RESOURCES,
  type WorkloadPlan,
  type WorkloadVolumePlan,
} from "../../orchestration/index.ts";
import {
  type Placement,
  type PlacementHost,
  type PlacementItem,
  placeWorkloads,
  type WorkloadClaim,
} from "../../resources/index.ts";
import { type ChosenOrchestrator, hasProxies } from "./choice.plan.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";

/** Whether everything fits, and where it goes. */
export interface CapacityPlan {
  readonly placement: Placement;
  /** Price of all hosts for a month; `undefined` where a tier names none. */
  readonly monthlyCost: number | undefined;
  /** Clients at once that the hosts' tiers are meant for; `undefined` where one names none. */
  readonly clientsMax: number | undefined;
}

const SCHEDULE_PATH = "topology.orchestrator.autoscaling.schedule.windows";
const SCHEDULE_ITEM: PlacementItem = {
  key: "schedule",
  count: 1,
  cpu: SCHEDULE_RESOURCES.cpuRequest,
  memoryMiB: toMiB(SCHEDULE_RESOURCES.memoryRequest),
  diskMiB: 0,
  gpus: 0,
  cpuLimit: SCHEDULE_RESOURCES.cpuLimit,
  memoryLimitMiB: toMiB(SCHEDULE_RESOURCES.memoryLimit),
  require: [],
  prefer: [],
  spreadOver: [],
  apart: "off",
  tolerations: [],
};

const NOTHING = { cpuRequest: 0, cpuLimit: 0, memoryRequest: mebibytes(0), memoryLimit: mebibytes(0) } as const;

/** Places every replica that may run at once on the declared hosts. */
export function planCapacity(
  topology: RemoteServerTopology,
  orchestrator: ChosenOrchestrator,
  workloads: readonly WorkloadPlan[],
  volumes: readonly WorkloadVolumePlan[],
): CapacityPlan {
  const hosts = topology.hosts.map((host) => placementHost(topology, host, hasProxies(orchestrator)));
  const items = [
    ...workloads.map((workload) => placementItem(orchestrator.kind, workload, volumes)),
    ...(hasSchedule(orchestrator) ? [SCHEDULE_ITEM] : []),
  ];
  const tiers = topology.hosts.map(({ tier }) => (tier === undefined ? undefined : topology.governance.tiers[tier]));
  return {
    placement: placeWorkloads(hosts, items),
    monthlyCost: sumOf(tiers.map((tier) => tier?.monthlyCost)),
    clientsMax: sumOf(tiers.map((tier) => tier?.clientsMax)),
  };
}

/** What each workload claims, for quotas and bounds. */
export function claimsOf(
  orchestrator: OrchestratorKind,
  workloads: readonly WorkloadPlan[],
  volumes: readonly WorkloadVolumePlan[],
): (WorkloadClaim & Pick<WorkloadPlan["resources"], "priority">)[] {
  return workloads.map((workload) => ({
    ...workload.resources,
    key: workload.key,
    path: pathOf(workload.key),
    replicas: replicasAtOnce(orchestrator, workload),
    storage: mebibytes(volumeMiB(workload, volumes)),
  }));
}

/** What the pod claims that puts a window's edge into effect: edges are so far apart that there is one at a time. */
export function scheduleClaimsOf(orchestrator: ChosenOrchestrator): WorkloadClaim[] {
  if (!hasSchedule(orchestrator)) return [];
  const none = { ephemeralRequest: undefined, ephemeralLimit: undefined, gpus: 0, storage: mebibytes(0) } as const;
  return [{ ...SCHEDULE_RESOURCES, ...none, key: "schedule", path: SCHEDULE_PATH, replicas: 1 }];
}

/** What doesn't fit, host by host. */
export function checkCapacity(topology: RemoteServerTopology, { placement, clientsMax }: CapacityPlan): Problem[] {
  const { clientsAtOnce } = topology.governance;
  return [
    ...placement.unplaced.map(({ key, count, because }) => ({
      path: key === "agent" ? "scaling.replicas.max" : `${pathOf(key)}`,
      given: `${count} of ${count + placement.placed.filter((one) => one.key === key).length} replicas of ${key} find no host`,
      allowed: `what the hosts have room for, with the surge of an update (${because.slice(0, 5).join("; ")}${because.length > 5 ? "; …" : ""})`,
      mend: "lower the replicas or their resources, add a host, or change topology.workload.placement",
    })),
    ...(clientsAtOnce === undefined || (clientsMax !== undefined && clientsMax >= clientsAtOnce)
      ? []
      : [
          {
            path: "topology.governance.clientsAtOnce",
            given: `${clientsAtOnce}`,
            allowed:
              clientsMax === undefined
                ? "nothing unless every host has a tier with clientsMax"
                : `at most ${clientsMax}, to which the hosts' tiers add up`,
            mend: "add a host, choose a larger tier, or lower clientsAtOnce",
          },
        ]),
  ];
}

function hasSchedule(orchestrator: ChosenOrchestrator): boolean {
  return orchestrator.kind === "kubernetes" && Object.keys(orchestrator.autoscaling.schedule.windows).length > 0;
}

/** Replicas at once. On a standalone host the new one stands beside the old one for every replica. */
function replicasAtOnce(orchestrator: OrchestratorKind, workload: WorkloadPlan): number {
  if (keepsData(workload)) return workload.replicas.min;
  return orchestrator === "standalone" ? workload.replicas.min * copies(workload) : replicasAtMost(workload);
}

function copies({ update }: WorkloadPlan): number {
  return update.strategy !== "recreate" && update.order === "start-first" ? 2 : 1;
}

function placementItem(
  orchestrator: OrchestratorKind,
  workload: WorkloadPlan,
  volumes: readonly WorkloadVolumePlan[],
): PlacementItem {
  const { resources, placement } = workload;
  // On a standalone host the new version needs the room of the old one beside it.
  const times = orchestrator === "standalone" && !keepsData(workload) ? copies(workload) : 1;
  const disk = volumeMiB(workload, volumes);
  return {
    key: workload.key,
    count: times === 2 ? workload.replicas.min : replicasAtOnce(orchestrator, workload),
    cpu: milliCpu(resources.cpuRequest * times),
    memoryMiB: toMiB(resources.memoryRequest) * times,
    diskMiB: disk + (resources.ephemeralRequest === undefined ? 0 : toMiB(resources.ephemeralRequest)) * times,
    gpus: resources.gpus * times,
    cpuLimit: milliCpu(resources.cpuLimit * times),
    memoryLimitMiB: toMiB(resources.memoryLimit) * times,
    ...placement,
  };
}

/** Size of the volumes that a workload mounts. */
function volumeMiB({ mounts }: WorkloadPlan, volumes: readonly WorkloadVolumePlan[]): number {
  const own = volumes.filter(({ name }) => mounts.some((mount) => mount.kind === "volume" && mount.volume === name));
  return own.reduce((sum, { size }) => sum + toMiB(size), 0);
}

function placementHost(
  { governance }: RemoteServerTopology,
  host: RemoteServerTopology["hosts"][number],
  proxied: boolean,
): PlacementHost {
  const { reserve, overcommit, tiers } = governance;
  const whole: { cpu: MilliCpu; memory: Bytes; disk: Bytes } = {
    cpu: milliCpu(0),
    memory: mebibytes(0),
    disk: mebibytes(0),
    ...(host.tier === undefined ? {} : tiers[host.tier]),
    ...(host.cpu !== undefined && { cpu: host.cpu }),
    ...(host.memory !== undefined && { memory: host.memory }),
    ...(host.disk !== undefined && { disk: host.disk }),
  };
  const left = (amount: number, percent: number) => Math.floor(amount * (1 - percent / 100));
  const cpu = left(whole.cpu, reserve.cpuPercent);
  const memoryMiB = left(toMiB(whole.memory), reserve.memoryPercent);
  const proxy = proxied ? PROXY : NOTHING;
  return {
    name: host.name,
    cpu: milliCpu(Math.max(0, cpu - proxy.cpuRequest)),
    memoryMiB: Math.max(0, memoryMiB - toMiB(proxy.memoryRequest)),
    diskMiB: left(toMiB(whole.disk), reserve.diskPercent),
    gpus: host.gpus,
    cpuLimit: milliCpu(Math.max(0, Math.floor(cpu * overcommit.cpu) - proxy.cpuLimit)),
    memoryLimitMiB: Math.max(0, Math.floor(memoryMiB * overcommit.memory) - toMiB(proxy.memoryLimit)),
    labels: { ...host.labels, "kubernetes.io/hostname": host.name },
    taints: host.taints,
  };
}

function pathOf(key: string): string {
  if (key === "agent") return "agent.resources";
  if (key === SCHEDULE_ITEM.key) return SCHEDULE_PATH;
  return key === "database" ? "agent.database.resources" : `containers.${key}.resources`;
}

function sumOf(values: readonly (number | undefined)[]): number | undefined {
  return values.reduce<number | undefined>(
    (sum, value) => (sum === undefined || value === undefined ? undefined : sum + value),
    0,
  );
}
