import { checkTurns } from "../../availability/index.ts";
import { formatBytes, LABEL_PREFIX, type Problem, printValue, toMiB } from "../../core/index.ts";
import {
  AGENT_DATA_FOLDER,
  AGENT_HEALTH_PATH,
  AGENT_MEMORY_FLOOR_MIB,
  AGENT_READY_PATH,
  AGENT_TURN_PATH,
  type PublishedPort,
  startOrder,
} from "../../orchestration/index.ts";
import { checkResources, type ResourceClaim } from "../../resources/index.ts";
import type { EngineTarget, LocalPodmanSettings } from "./local-podman.environment.ts";
import { databaseVolumeName, dataVolumeName } from "./local-podman.names.ts";

/** Every problem between settings of different concerns, on a desktop and its engine. */
export function checkLocalPodman(
  environment: string,
  settings: LocalPodmanSettings,
  engine: EngineTarget,
  claims: readonly ResourceClaim[],
): Problem[] {
  return [
    ...checkTurns(settings.turns),
    ...checkResources(settings.resources, claims),
    ...checkOneDesktop(settings),
    ...checkEngine(settings, engine),
    ...checkAgent(settings),
    ...checkMetricsPath(settings),
    ...checkVolumes(environment, settings),
    ...checkDependencies(settings),
    ...checkPaths(settings),
    ...checkPorts(settings),
    ...checkLabels(settings),
  ];
}

/** A desktop runs one agent in one place. */
function checkOneDesktop({ scaling, regions }: LocalPodmanSettings): Problem[] {
  const problems: Problem[] = [];
  if (scaling.replicas.max > 1) {
    problems.push({
      path: "scaling.replicas.max",
      given: `${scaling.replicas.max}`,
      allowed: "1 on local-podman: one desktop, whose agent alone may open its database and port",
      mend: `set scaling.preset to minimal or scale-to-zero, or scaling.replicas.max to 1${scaling.preset === "minimal" ? "" : ` (preset ${scaling.preset} asks for more)`}`,
    });
  }
  if (regions.names.length > 0 || regions.preset !== "single") {
    problems.push({
      path: regions.preset === "single" ? "regions.names" : "regions.preset",
      given: printValue(regions.preset === "single" ? regions.names : regions.preset),
      allowed: "preset single without names on local-podman: a desktop has no region",
      mend: "remove regions from this environment; regions belong to topology.kind web",
    });
  }
  return problems;
}

function checkEngine({ topology, agent, containers }: LocalPodmanSettings, engine: EngineTarget): Problem[] {
  const problems: Problem[] = [];
  if (engine.kind === "docker" && !topology.network.isolated) {
    problems.push({
      path: "topology.network.isolated",
      given: "false",
      allowed: "true on Docker, which always keeps its bridge networks apart",
      mend: "remove topology.network.isolated, or set topology.engine.kind to podman",
    });
  }
  const logged = [
    { path: "agent.logging", logging: agent.logging },
    ...Object.entries(containers).map(([key, { logging }]) => ({ path: `containers.${key}.logging`, logging })),
  ];
  for (const { path, logging } of logged) {
    if (engine.kind === "podman" && logging.kind === "file" && logging.maxFiles > 1) {
      problems.push({
        path: `${path}.maxFiles`,
        given: `${logging.maxFiles}`,
        allowed: "1 on Podman, whose k8s-file driver keeps one file",
        mend: `raise ${path}.maxSize instead, or set ${path}.kind to journald`,
      });
    }
  }
  return problems;
}

function checkAgent({ agent, topology, desktop }: LocalPodmanSettings): Problem[] {
  const problems: Problem[] = [];
  const memory = agent.resources.limits.memory;
  const { memoryPercent } = agent.overload;
  const memoryFloorMiB = Math.ceil((AGENT_MEMORY_FLOOR_MIB * 100) / memoryPercent);
  if (toMiB(memory) < memoryFloorMiB) {
    problems.push({
      path: "agent.resources.limits.memory",
      given: formatBytes(memory),
      allowed: `at least ${memoryFloorMiB}MiB: the agent works with ${AGENT_MEMORY_FLOOR_MIB} MiB, and refuses requests above ${memoryPercent} % of its limit`,
      mend: "raise agent.resources.limits.memory, or agent.overload.memoryPercent",
    });
  }
  const { storage } = topology;
  if (storage.kind === "tmpfs" && storage.size * 2 > memory) {
    problems.push({
      path: "topology.storage.size",
      given: formatBytes(storage.size),
      allowed: `at most half of agent.resources.limits.memory (${formatBytes(memory)}), since the engine counts it as the container's memory`,
      mend: "lower topology.storage.size, raise agent.resources.limits.memory, or set topology.storage.kind to volume",
    });
  }
  if (agent.model.kind === "openai-compatible" && isLoopback(agent.model.baseUrl)) {
    problems.push({
      path: "agent.model.baseUrl",
      given: printValue(agent.model.baseUrl),
      allowed: "an address that a container reaches: its own localhost is not the host's",
      mend: "write host.containers.internal (Podman) or host.docker.internal (Docker) in place of the host name",
    });
  }
  if (desktop.startupTimeoutSeconds < agent.healthCheck.startPeriodSeconds) {
    problems.push({
      path: "desktop.startupTimeoutSeconds",
      given: `${desktop.startupTimeoutSeconds}`,
      allowed: `at least agent.healthCheck.startPeriodSeconds, which is ${agent.healthCheck.startPeriodSeconds}`,
      mend: "raise desktop.startupTimeoutSeconds, or lower the start period",
    });
  }
  return problems;
}

/** The agent answers something else there. */
function checkMetricsPath({ monitoring }: LocalPodmanSettings): Problem[] {
  const { metricsPath } = monitoring.status;
  const taken = [AGENT_HEALTH_PATH, AGENT_READY_PATH, AGENT_TURN_PATH, "/api"];
  if (!taken.some((path) => metricsPath === path || (path === "/api" && metricsPath.startsWith("/api/")))) return [];
  return [
    {
      path: "monitoring.status.metricsPath",
      given: printValue(metricsPath),
      allowed: `a path other than ${taken.join(", ")} and below /api, where the agent answers something else`,
      mend: "choose another path, such as /metrics",
    },
  ];
}

/** Agent and database can't keep their files in one volume. */
function checkVolumes(environment: string, { agent, topology }: LocalPodmanSettings): Problem[] {
  const { database } = agent;
  const { storage } = topology;
  if (database.kind !== "postgresql" || storage.kind !== "volume") return [];
  const volume = databaseVolumeName(environment, database);
  if (volume !== dataVolumeName(environment, storage)) return [];
  return [
    {
      path: "agent.database.volumeName",
      given: printValue(volume),
      allowed: "a name other than topology.storage.name, which is the agent's own volume",
      mend: "choose another name, such as flame-postgresql",
    },
  ];
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}

function checkDependencies({ agent, containers }: LocalPodmanSettings): Problem[] {
  const reserved = ["agent", "database"];
  const known = [...(agent.database.kind === "postgresql" ? reserved : ["agent"]), ...Object.keys(containers)];
  const problems = Object.entries(containers).flatMap(([key, { dependsOn }]) => [
    ...(reserved.includes(key)
      ? [
          {
            path: `containers.${key}`,
            given: `"${key}"`,
            allowed: "a name other than agent and database, which are the blueprint's own containers",
            mend: "choose another name",
          },
        ]
      : []),
    ...dependsOn
      .filter((dependency) => !known.includes(dependency))
      .map((dependency) => ({
        path: `containers.${key}.dependsOn`,
        given: printValue(dependency),
        allowed: `containers of this environment: ${known.filter((name) => name !== key).join(", ")}`,
        mend: "correct the name, or add the container under containers",
      })),
  ]);
  const order = startOrder(Object.entries(containers).map(([key, { dependsOn }]) => ({ key, dependsOn })));
  if (order.kind === "order") return problems;
  const [first] = order.keys;
  return [
    ...problems,
    {
      path: `containers.${first}.dependsOn`,
      given: order.keys.join(" → "),
      allowed: "dependencies without a cycle",
      mend: "remove one of these dependencies, so that something can start first",
    },
  ];
}

/** Two things can't be mounted at one path. */
function checkPaths({ agent, containers }: LocalPodmanSettings): Problem[] {
  const agentPaths = [AGENT_DATA_FOLDER, ...agent.volumes.map((volume) => volume.containerPath)];
  const groups = [
    { path: "agent.volumes", paths: agentPaths },
    ...Object.entries(containers).map(([key, container]) => ({
      path: `containers.${key}.volumes`,
      paths: [...container.volumes.map((volume) => volume.containerPath), ...container.writablePaths],
    })),
  ];
  return groups.flatMap(({ path, paths }) =>
    duplicates(paths).map((twice) => ({
      path,
      given: `${twice} (twice)`,
      allowed: "each path once in a container; the agent keeps its data at /data",
      mend: "choose another containerPath",
    })),
  );
}

function checkPorts({ agent, containers }: LocalPodmanSettings): Problem[] {
  const published = [
    ...agent.ports.map((port, index) => ({ path: `agent.ports.${index}.hostPort`, port })),
    ...Object.entries(containers).flatMap(([key, { ports }]) =>
      ports.map((port, index) => ({ path: `containers.${key}.ports.${index}.hostPort`, port })),
    ),
  ];
  return published.flatMap(({ path, port }, index) => {
    const earlier = published.slice(0, index).find((other) => meet(other.port, port));
    if (!earlier) return [];
    return [
      {
        path,
        given: `${port.hostPort}`,
        allowed: `a port that ${earlier.path} doesn't listen on too (${earlier.port.address}:${earlier.port.hostPort}/${earlier.port.protocol})`,
        mend: "choose another hostPort",
      },
    ];
  });
}

/** Whether two published ports would listen on the same address. */
function meet(one: PublishedPort, other: PublishedPort): boolean {
  const sameAddress = one.address === other.address || [one.address, other.address].includes("0.0.0.0");
  return sameAddress && one.hostPort === other.hostPort && one.protocol === other.protocol;
}

function checkLabels({ labels }: LocalPodmanSettings): Problem[] {
  return Object.keys(labels)
    .filter((name) => name.startsWith(LABEL_PREFIX))
    .map((name) => ({
      path: `labels.${name}`,
      given: printValue(labels[name]),
      allowed: `names that don't begin with ${LABEL_PREFIX}`,
      mend: "rename the label",
    }));
}

function duplicates(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
