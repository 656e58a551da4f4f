import { createHash } from "node:crypto";
import { LABEL_PREFIX, toMiB } from "../../core/index.ts";
import type { AdapterInput } from "../adapter-input.ts";
import type { LimitPlan, NetworkPlan } from "../container.plan.ts";
import type { PublishedPort } from "../container.settings.ts";
import { objectName } from "../names.ts";
import { isProxied, PROXY, proxyConfiguration } from "../proxy.plan.ts";
import { keepsData, startupSecondsOf, type WorkloadPlan, type WorkloadPort } from "../workload.plan.ts";
import { planProxy } from "./proxy.plan.ts";
import type { RolloutPace, StandaloneContainer, StandalonePlan } from "./standalone.plan.ts";
import type { StandaloneSettings } from "./standalone.settings.ts";

/** CPU weight of a priority, against `medium`, and of one core. */
const PRIORITY_WEIGHT = { high: 4, medium: 1, low: 0.25 } as const;
const SHARES_PER_CORE = 1024;
const SHARES_RANGE = { min: 2, max: 262_144 } as const;
/** Docker's DNS for user networks; Podman's listens on the network's gateway. */
const DOCKER_NAME_SERVER = "127.0.0.11";
const REVISION_LENGTH = 8;
/** Label of a container's version. */
export const REVISION_LABEL = `${LABEL_PREFIX}revision`;
/** The proxy asks for addresses every second, and again where an answer was lost. */
const DNS_SECONDS = 3;

/** Makes each host's containers: its share of the replicas, and a proxy before the agent. */
export function adaptStandalone(input: AdapterInput, settings: StandaloneSettings): StandalonePlan {
  const hosts = input.hosts
    .map((host) => ({ host, placed: input.placed.filter((one) => one.host === host.name) }))
    .filter(({ placed }) => placed.length > 0);
  return {
    kind: "standalone",
    name: input.name,
    engine: settings.engine,
    rollout: paceOf(input, settings),
    hosts: hosts.map(({ host, placed }) => {
      const workloads = input.workloads.flatMap((workload) => {
        const count = placed.filter(({ key }) => key === workload.key).length;
        return count === 0 ? [] : [{ workload, count }];
      });
      const network = planNetwork(input, settings);
      const used = new Set(
        workloads.flatMap(({ workload }) =>
          workload.mounts.flatMap((one) => (one.kind === "volume" ? [one.volume] : [])),
        ),
      );
      return {
        name: host.name,
        engineAddress: host.engineAddress,
        network,
        volumes: input.volumes.filter(({ name }) => used.has(name)),
        containers: planContainers(input, settings, network, workloads),
      };
    }),
  };
}

function paceOf({ workloads }: AdapterInput, { proxy }: StandaloneSettings): RolloutPace {
  const agent = workloads.find(({ ports }) => ports.some(isProxied));
  return {
    monitorSeconds: agent?.update.monitorSeconds ?? (agent ? startupSecondsOf(agent) : 0),
    noticeSeconds: DNS_SECONDS + 2 * proxy.checkIntervalSeconds,
    onFailure: agent?.update.onFailure === "pause" ? "pause" : "rollback",
  };
}

function planContainers(
  input: AdapterInput,
  settings: StandaloneSettings,
  network: NetworkPlan,
  workloads: readonly { readonly workload: WorkloadPlan; readonly count: number }[],
): StandaloneContainer[] {
  const made = new Map<string, readonly StandaloneContainer[]>();
  for (const { workload, count } of workloads) {
    const after = workload.dependsOn.flatMap((key) => made.get(key)?.map(({ name }) => name) ?? []);
    made.set(workload.key, replicasOf(workload, count, after));
  }
  const agent = workloads.find(({ workload }) => workload.ports.some(isProxied));
  const port = agent?.workload.ports.find(isProxied);
  if (!agent || !port) return [...made.values()].flat().map(revised);

  const { workload, count } = agent;
  const proxy = planProxy({
    name: objectName(input.environment, PROXY.key),
    image: settings.proxy.image,
    labels: input.labelsOf(PROXY.key),
    bind: { address: addressOf(port), port: port.publishedPort },
    certificate: input.endpoint.tls.kind === "certificate" ? input.endpoint.tls.name : undefined,
    stopGraceSeconds: input.turns.stopGraceSeconds,
    turnSeconds: input.turns.maxSeconds,
    drainMarginSeconds: input.turns.drainMarginSeconds,
    configuration: proxyConfiguration(input, workload, port, {
      settings: settings.proxy,
      target: workload.name,
      // Old and new ones at once.
      replicasMax: count * 2,
      nameServer: settings.engine === "docker" ? DOCKER_NAME_SERVER : network.gateway,
      certificate: input.endpoint.tls.kind === "certificate" ? "/etc/haproxy/certificate.pem" : undefined,
    }),
  });
  return [...[...made.values()].flat(), proxy].map(revised);
}

/** The replicas of a workload on one host. What keeps data has one, which is replaced in place: two can't open its files. */
function replicasOf(workload: WorkloadPlan, count: number, after: readonly string[]): StandaloneContainer[] {
  const beside =
    !keepsData(workload) && workload.update.strategy !== "recreate" && workload.update.order === "start-first";
  const containers: StandaloneContainer[] = [];
  for (let index = 0; index < count; index++) {
    const { parallelism } = workload.update;
    const earlier =
      workload.update.strategy === "rolling" && index >= parallelism
        ? containers[index - parallelism]?.name
        : undefined;
    const container = containerOf(workload);
    const revision = revisionOf(container);
    const suffix = [...(count > 1 || beside ? [`${index + 1}`] : []), ...(beside ? [revision] : [])];
    containers.push({
      ...container,
      name: [workload.name, ...suffix].join("-"),
      replacement: beside ? "beside" : "in-place",
      batch: workload.update.strategy === "rolling" ? Math.floor(index / parallelism) : 0,
      after: [...after, ...(earlier === undefined ? [] : [earlier])],
    });
  }
  return containers;
}

/** The container with a digest of all that it is: whoever looks at the engine sees whether it is of this version. */
function revised(container: StandaloneContainer): StandaloneContainer {
  return { ...container, labels: { ...container.labels, [REVISION_LABEL]: revisionOf(container) } };
}

function revisionOf(container: Omit<StandaloneContainer, "name" | "after" | "batch">): string {
  return createHash("sha256").update(JSON.stringify(container)).digest("hex").slice(0, REVISION_LENGTH);
}

/** A workload as one container, but for its name. */
function containerOf(workload: WorkloadPlan): StandaloneContainer {
  const { healthCheck } = workload;
  return {
    name: workload.name,
    networkAlias: workload.name,
    key: workload.key,
    image: workload.image,
    entrypoint: workload.entrypoint,
    command: workload.command,
    user: workload.user,
    environment: workload.environment,
    secrets: workload.secrets,
    mounts: workload.mounts,
    healthCheck,
    restart: workload.restart,
    logging: workload.logging,
    stopGraceSeconds: workload.stopGraceSeconds,
    labels: workload.labels,
    dependsOn: workload.dependsOn,
    imageId: undefined,
    updateAutomatically: false,
    dnsServers: [],
    // The proxy publishes the ports of what has replicas; several containers can't listen on one port of a host.
    // The proxy publishes the first port.
    ports: workload.ports.filter((port) => !isProxied(port) && port.reach !== "inside").map(published),
    limits: limitsOf(workload),
    replacement: "in-place",
    after: [],
    startupSeconds: startupSecondsOf(workload),
    batch: 0,
    gpus: workload.resources.gpus,
  };
}

function published(port: WorkloadPort): PublishedPort {
  return {
    hostPort: port.publishedPort,
    containerPort: port.containerPort,
    protocol: port.protocol,
    address: addressOf(port),
  };
}

function addressOf({ reach }: WorkloadPort): string {
  if (typeof reach === "object") return reach.address;
  return reach === "everywhere" ? "0.0.0.0" : "127.0.0.1";
}

function limitsOf({ resources }: WorkloadPlan): LimitPlan {
  const shares = Math.round((resources.cpuRequest / 1000) * SHARES_PER_CORE * PRIORITY_WEIGHT[resources.priority]);
  return {
    cpuShares: Math.min(SHARES_RANGE.max, Math.max(SHARES_RANGE.min, shares)),
    cpu: resources.cpuLimit,
    cpuSet: resources.cpuSet,
    memoryMiB: toMiB(resources.memoryLimit),
    memoryReservationMiB: toMiB(resources.memoryRequest),
    memoryAndSwapMiB: toMiB(resources.memoryLimit) + toMiB(resources.swap),
  };
}

function planNetwork(input: AdapterInput, { network }: StandaloneSettings): NetworkPlan {
  return {
    name: `${input.name}-net`,
    driver: network.driver,
    subnet: network.subnet.text,
    gateway: network.gateway ?? network.subnet.firstHost,
    addressRange: network.addressRange?.text,
    options: network.driverOptions,
    labels: input.identityOf("network"),
  };
}
