import type { OrchestratedTurns } from "../../availability/index.ts";
import { identityLabels, LABEL_PREFIX, labelsOf, sortedByName } from "../../core/index.ts";
import {
  type AdditionalContainer,
  AGENT_DATA_FOLDER,
  AGENT_READY_PATH,
  AGENT_USER,
  type AgentWay,
  additionalMounts,
  type ContainerResources,
  folderMounts,
  objectName,
  type PostgresqlSettings,
  type PublishedPort,
  planAgentEnvironment,
  planDatabaseContainer,
  startOrder,
  type WorkloadPlan,
  type WorkloadPort,
  type WorkloadVolumePlan,
  withScratch,
} from "../../orchestration/index.ts";
import { tenantOf } from "../../resources/index.ts";
import { agentLabels, exposureLabel } from "../shared.labels.ts";
import type { RemoteServerSettings } from "./remote-server.environment.ts";

const DATABASE_PORT = 5432;
const DATABASE_STOP_GRACE_SECONDS = 30;

/** What the orchestrator's own settings say of the agent. */
interface Orchestrated {
  readonly mode: WorkloadPlan["replicas"]["mode"];
  readonly way: AgentWay;
  /** Replicas of a new version that is tried out, at most. */
  readonly tried: number;
}

/** Every workload of a server's environment, in start order, in no orchestrator's words. */
export function planWorkloads(
  environment: string,
  settings: RemoteServerSettings,
  turns: OrchestratedTurns,
  orchestrated: Orchestrated,
): WorkloadPlan[] {
  const workloads = [
    ...databaseWorkload(environment, settings),
    agentWorkload(environment, settings, turns, orchestrated),
    ...Object.entries(settings.containers).map(([key, container]) =>
      additionalWorkload(environment, settings, key, container),
    ),
  ];
  const order = startOrder(workloads);
  return order.kind === "order" ? [...order.items] : workloads;
}

/** The volumes that the workloads mount. */
export function planWorkloadVolumes(
  environment: string,
  { agent, topology }: RemoteServerSettings,
): WorkloadVolumePlan[] {
  const { storage } = topology.workload;
  const volume = (name: string, component: string): WorkloadVolumePlan => ({
    name,
    persistent: storage.persistent,
    size: storage.size,
    driver: storage.driver,
    driverOptions: storage.driverOptions,
    labels: identityLabels({ environment, component }),
  });
  switch (agent.database.kind) {
    case "embedded":
      return [volume(objectName(environment, "data"), "agent")];
    case "postgresql":
      return [volume(databaseVolume(environment, agent.database), "database")];
    case "external":
      return [];
  }
}

function agentWorkload(
  environment: string,
  settings: RemoteServerSettings,
  turns: OrchestratedTurns,
  { mode, way, tried }: Orchestrated,
): WorkloadPlan {
  const { agent, monitoring, topology, scaling } = settings;
  const { workload } = topology;
  const ports = agent.ports.map((port, index) => portOf(port, index === 0 ? "http" : `port-${index}`));
  const own = planAgentEnvironment({
    agent,
    turns,
    metricsPath: monitoring.status.metricsPath,
    databaseHost: objectName(environment, "database"),
    way,
  });
  const data = agent.database.kind === "embedded";
  return {
    ...own,
    name: objectName(environment, "agent"),
    key: "agent",
    image: agent.image,
    entrypoint: [],
    command: [],
    user: AGENT_USER,
    files: Object.entries(sortedByName(workload.files)).map(([path, content]) => ({ path, content })),
    ports,
    mounts: withScratch([
      ...(data
        ? [{ kind: "volume" as const, volume: objectName(environment, "data"), containerPath: AGENT_DATA_FOLDER }]
        : []),
      ...folderMounts(agent.volumes),
    ]),
    healthCheck: agent.healthCheck,
    readyPath: AGENT_READY_PATH,
    restart: agent.restart,
    logging: agent.logging,
    resources: resourcesOf(agent.resources, workload.resources),
    placement: workload.placement,
    update: workload.update,
    rollback: workload.rollback,
    replicas: { mode, min: scaling.replicas.min, max: scaling.replicas.max, ...(tried > 0 && { tried }) },
    security: workload.security,
    metrics: { port: ports[0]?.containerPort ?? 0, path: monitoring.status.metricsPath },
    stopGraceSeconds: turns.stopGraceSeconds,
    labels: agentLabels(environment, settings, turns),
    dependsOn: agent.database.kind === "postgresql" ? ["database"] : [],
  };
}

function databaseWorkload(environment: string, settings: RemoteServerSettings): WorkloadPlan[] {
  const { database, logging, restart } = settings.agent;
  if (database.kind !== "postgresql") return [];
  const own = planDatabaseContainer(database, databaseVolume(environment, database));
  return [
    {
      ...own,
      ...SINGLE,
      name: objectName(environment, "database"),
      key: "database",
      entrypoint: [],
      command: [],
      ports: [
        {
          name: "postgresql",
          containerPort: DATABASE_PORT,
          protocol: "tcp",
          publishedPort: DATABASE_PORT,
          reach: "inside",
        },
      ],
      mounts: withScratch(own.mounts),
      restart,
      logging,
      resources: resourcesOf(database.resources),
      security: settings.topology.workload.security,
      stopGraceSeconds: DATABASE_STOP_GRACE_SECONDS,
      labels: labelsOf({ environment, component: "database" }, settings.labels),
      dependsOn: [],
    },
  ];
}

function additionalWorkload(
  environment: string,
  settings: RemoteServerSettings,
  key: string,
  container: AdditionalContainer,
): WorkloadPlan {
  const tenant = tenantOf(settings.topology.governance.tenants, key);
  return {
    ...SINGLE,
    name: objectName(environment, key),
    key,
    image: container.image,
    entrypoint: container.entrypoint,
    command: container.command,
    user: container.user,
    environment: sortedByName(container.environment),
    secrets: {},
    ports: container.ports.map((port, index) => portOf(port, `port-${index}`)),
    mounts: additionalMounts(container),
    healthCheck: container.healthCheck,
    restart: container.restart,
    logging: container.logging,
    resources: resourcesOf(container.resources),
    security: settings.topology.workload.security,
    stopGraceSeconds: container.stopGraceSeconds,
    labels: labelsOf(
      { environment, component: key },
      {
        ...settings.labels,
        ...exposureLabel(container.ports),
        ...(tenant !== undefined && { [`${LABEL_PREFIX}tenant`]: tenant }),
      },
    ),
    dependsOn: container.dependsOn,
  };
}

/** What has one replica, wherever there is room, and is replaced in its place. */
const SINGLE = {
  files: [],
  readyPath: undefined,
  placement: { require: [], prefer: [], spreadOver: [], apart: "preferred", tolerations: [] },
  update: {
    strategy: "recreate",
    order: "start-first",
    parallelism: 1,
    delaySeconds: 0,
    monitorSeconds: undefined,
    onFailure: undefined,
    maxFailureRatio: 0,
  },
  rollback: {},
  replicas: { mode: "replicated", min: 1, max: 1 },
  metrics: undefined,
} as const satisfies Partial<WorkloadPlan>;

function portOf({ hostPort, containerPort, protocol, address }: PublishedPort, name: string): WorkloadPort {
  return { name, containerPort, protocol, publishedPort: hostPort, reach: reachOf(address) };
}

function reachOf(address: string): WorkloadPort["reach"] {
  if (address === "0.0.0.0") return "everywhere";
  return address === "127.0.0.1" ? "host" : { address };
}

function resourcesOf(
  { requests, limits, cpuSet, priority }: ContainerResources,
  more: Partial<RemoteServerSettings["topology"]["workload"]["resources"]> = {},
): WorkloadPlan["resources"] {
  return {
    cpuRequest: requests.cpu,
    cpuLimit: limits.cpu,
    memoryRequest: requests.memory,
    memoryLimit: limits.memory,
    swap: limits.swap,
    cpuSet,
    priority,
    ephemeralRequest: more.ephemeralRequest,
    ephemeralLimit: more.ephemeralLimit,
    gpus: more.gpus ?? 0,
    ingressPerSecond: more.network?.ingressPerSecond,
    egressPerSecond: more.network?.egressPerSecond,
  };
}

function databaseVolume(environment: string, database: PostgresqlSettings): string {
  return database.volumeName ?? objectName(environment, "postgresql");
}
