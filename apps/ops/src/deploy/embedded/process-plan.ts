import { formatCpu, formatSeconds } from "../../../../../components/core/index.ts";
import { AGENT_DATA_FOLDER, type ContainerPlan } from "../../../../../components/orchestration/index.ts";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import type { Place } from "../place.ts";

/** The agent as a process of this machine, decided from the plan of its container. */
export interface ProcessPlan {
  readonly name: string;
  /** Address and port that it listens on. */
  readonly address: string;
  readonly port: number;
  readonly url: string;
  readonly readyPath: string;
  readonly healthPath: string;
  readonly metricsPath: string;
  /** Its whole configuration, secrets aside. */
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: ContainerPlan["secrets"];
  readonly data: DataPlan;
  readonly health: Pick<
    ContainerPlan["healthCheck"],
    "intervalSeconds" | "timeoutSeconds" | "startPeriodSeconds" | "retries"
  >;
  readonly restart: ContainerPlan["restart"];
  readonly memoryLimitMiB: number;
  /** Unix niceness: 0 is a desktop app's, 19 gives way to everything. */
  readonly niceness: number;
  readonly stopGraceSeconds: number;
  readonly startupTimeoutSeconds: number;
  /** `undefined` where output is dropped. */
  readonly log: { readonly maxBytes: number; readonly maxFiles: number } | undefined;
}

/** Where the embedded database lives. */
type DataPlan =
  | { readonly kind: "kept" | "scratch"; readonly folder: string }
  /** A folder that is the user's own: made by nobody here, removed by nobody here. */
  | { readonly kind: "own"; readonly folder: string }
  | { readonly kind: "memory" };

/** Below this weight a process gives way, above it a desktop app isn't disturbed either: one core's worth. */
const FULL_SHARES = 1024;
/** Rotation of output that a container would hand to the journal. */
const JOURNAL_STAND_IN = { maxBytes: 10 * 1024 ** 2, maxFiles: 1 } as const;

/** What of a plan can't be run without a container engine, one line each; nothing is started where there is something. */
export function refusedAsProcess(plan: LocalPodmanPlan): string[] {
  const agent = agentOf(plan);
  const [, ...furtherPorts] = agent.ports;
  return [
    ...plan.containers
      .filter(({ key }) => key !== "agent")
      .map(({ name, key, image }) =>
        key === "database"
          ? `agent.database.kind postgresql: container ${name} (${image.text})`
          : `containers.${key}: container ${name} (${image.text})`,
      ),
    ...furtherPorts.map((port) => `agent.ports: ${port.hostPort}, beside the agent's own port`),
    ...agent.mounts
      .filter((mount) => mount.kind === "folder" && mount.containerPath !== AGENT_DATA_FOLDER)
      .map((mount) => `agent.volumes: ${mount.containerPath}, a path of a container`),
  ];
}

/** What of a plan has no effect without a container engine, one line each. */
export function notEnforced(plan: LocalPodmanPlan): string[] {
  const agent = agentOf(plan);
  const { limits, logging, mounts } = agent;
  return [
    `image ${agent.image.text}: the agent runs from this project's source`,
    `CPU limit ${formatCpu(limits.cpu)}: not enforced; the process has niceness ${nicenessOf(limits.cpuShares)}`,
    ...(limits.cpuSet === undefined ? [] : [`processors ${limits.cpuSet}: not enforced`]),
    `memory limit ${limits.memoryMiB} MiB: watched, not enforced; above it the agent is stopped and started again`,
    "read-only root, dropped capabilities, user, network: a process of this user has none of them",
    `health check: GET /health every ${formatSeconds(agent.healthCheck.intervalSeconds)} in place of the command`,
    ...(logging.kind === "journald" ? ["logging journald: output goes to a file"] : []),
    ...(mounts.some((mount) => mount.kind === "memory" && mount.containerPath === AGENT_DATA_FOLDER)
      ? ["topology.storage.size: data live in the agent's memory, without a size of their own"]
      : []),
    ...(plan.updateSchedule === undefined ? [] : ["agent.updates automatic: there is no image to pull"]),
  ];
}

/** Decides the agent's process. */
export function planProcess(plan: LocalPodmanPlan, place: Place): ProcessPlan {
  const agent = agentOf(plan);
  const [port] = agent.ports;
  if (port === undefined) throw new Error(`${agent.name} publishes no port`);
  const data = planData(plan, agent, place);
  const { FLAME_DATA_FOLDER: _container, ...environment } = agent.environment;
  return {
    name: agent.name,
    address: port.address,
    port: port.hostPort,
    url: plan.desktop.agent.address,
    readyPath: plan.desktop.agent.readyPath,
    healthPath: plan.desktop.agent.healthPath,
    metricsPath: plan.desktop.agent.metricsPath,
    environment: {
      ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, asSeenFromHost(value)])),
      FLAME_HOST: port.address,
      FLAME_PORT: `${port.hostPort}`,
      ...(data.kind === "memory" ? {} : { FLAME_DATA_FOLDER: data.folder }),
    },
    secrets: agent.secrets,
    data,
    health: agent.healthCheck,
    restart: agent.restart,
    memoryLimitMiB: agent.limits.memoryMiB,
    niceness: nicenessOf(agent.limits.cpuShares),
    stopGraceSeconds: agent.stopGraceSeconds,
    startupTimeoutSeconds: plan.desktop.lifecycle.startupTimeoutSeconds,
    log: planLog(agent.logging),
  };
}

/** The agent's container. */
export function agentOf(plan: LocalPodmanPlan): ContainerPlan {
  const agent = plan.containers.find(({ key }) => key === "agent");
  if (agent === undefined) throw new Error(`the plan of ${plan.environment} has no agent`);
  return agent;
}

function planData(plan: LocalPodmanPlan, agent: ContainerPlan, place: Place): DataPlan {
  const mount = agent.mounts.find(({ containerPath }) => containerPath === AGENT_DATA_FOLDER);
  switch (mount?.kind) {
    case "volume": {
      const persistent = plan.volumes.some(({ name, persistent }) => name === mount.volume && persistent);
      return persistent ? { kind: "kept", folder: place.data } : { kind: "scratch", folder: place.scratch };
    }
    case "folder":
      return { kind: "own", folder: mount.hostPath };
    case "memory":
    case undefined:
      return { kind: "memory" };
  }
}

/** A container reaches its host by a name that the host itself doesn't know. */
function asSeenFromHost(value: string): string {
  return value.replaceAll(/\bhost\.(containers|docker)\.internal\b/g, "127.0.0.1");
}

/** Weight under contention as niceness: each step of nice is a fifth less of the processor. */
function nicenessOf(cpuShares: number): number {
  return Math.min(19, Math.max(0, Math.round(Math.log(FULL_SHARES / cpuShares) / Math.log(1.25))));
}

function planLog(logging: ContainerPlan["logging"]): ProcessPlan["log"] {
  switch (logging.kind) {
    case "file":
      return { maxBytes: logging.maxSize, maxFiles: logging.maxFiles };
    case "journald":
      return JOURNAL_STAND_IN;
    case "none":
      return undefined;
  }
}
