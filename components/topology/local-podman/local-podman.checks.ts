import { checkTurns } from "../../availability/index.ts";
import { formatBytes, type Problem, printValue } from "../../core/index.ts";
import type { PublishedPort } from "../../orchestration/index.ts";
import { checkResources, type ResourceClaim } from "../../resources/index.ts";
import {
  checkAgentMemory,
  checkAlwaysRuns,
  checkDependencies,
  checkLabels,
  checkMetricsPath,
  checkModel,
  checkPaths,
} from "../shared.checks.ts";
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
    ...checkAlwaysRuns(settings),
    ...checkEngine(settings, engine),
    ...checkAgentMemory(settings),
    ...checkModel(settings),
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
      mend: `set scaling.preset to minimal, or scaling.replicas.max to 1${scaling.preset === "minimal" ? "" : ` (preset ${scaling.preset} asks for more)`}`,
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
  if (engine.kind === "docker" && agent.updates.kind === "automatic") {
    problems.push({
      path: "agent.updates.kind",
      given: '"automatic"',
      allowed: "manual on Docker: Podman alone looks for new images by itself, for the units that systemd starts",
      mend: "remove agent.updates, or use Podman and the units of blueprint render",
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
  const { storage } = topology;
  if (storage.kind === "tmpfs" && storage.size * 2 > memory) {
    problems.push({
      path: "topology.storage.size",
      given: formatBytes(storage.size),
      allowed: `at most half of agent.resources.limits.memory (${formatBytes(memory)}), since the engine counts it as the container's memory`,
      mend: "lower topology.storage.size, raise agent.resources.limits.memory, or set topology.storage.kind to volume",
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
