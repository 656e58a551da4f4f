import { formatBytes, LABEL_PREFIX, type Problem, printValue, toMiB } from "../core/index.ts";
import {
  AGENT_DATA_FOLDER,
  AGENT_HEALTH_PATH,
  AGENT_MEMORY_FLOOR_MIB,
  AGENT_READY_PATH,
  AGENT_TURN_PATH,
  startOrder,
} from "../orchestration/index.ts";
import type { EnvironmentSettings } from "./shared.environment.ts";

/** What is checked here: settings that mean the same in every topology with containers. */
type ContainerEnvironment = Pick<
  EnvironmentSettings<unknown>,
  "agent" | "monitoring" | "containers" | "labels" | "scaling"
>;

/** Less memory than an agent was measured with ends it at its first turns. */
export function checkAgentMemory({ agent }: ContainerEnvironment): Problem[] {
  const memory = agent.resources.limits.memory;
  const { memoryPercent } = agent.overload;
  const floorMiB = Math.ceil((AGENT_MEMORY_FLOOR_MIB * 100) / memoryPercent);
  if (toMiB(memory) >= floorMiB) return [];
  return [
    {
      path: "agent.resources.limits.memory",
      given: formatBytes(memory),
      allowed: `at least ${floorMiB}MiB: the agent works with ${AGENT_MEMORY_FLOOR_MIB} MiB, and refuses requests above ${memoryPercent} % of its limit`,
      mend: "raise agent.resources.limits.memory, or agent.overload.memoryPercent",
    },
  ];
}

/** An agent that has stopped hears no request. */
export function checkAlwaysRuns({ scaling }: ContainerEnvironment): Problem[] {
  if (scaling.replicas.min > 0) return [];
  return [
    {
      path: "scaling.replicas.min",
      given: "0",
      allowed: "1 or more: nothing stops an idle agent yet, or wakes one that has stopped",
      mend: "set scaling.preset to minimal, steady or bursty, or scaling.replicas.min to 1 without scaling.idleStopAfter",
    },
  ];
}

/** A container's localhost is its own. */
export function checkModel({ agent }: ContainerEnvironment): Problem[] {
  if (agent.model.kind !== "openai-compatible" || !isLoopback(agent.model.baseUrl)) return [];
  return [
    {
      path: "agent.model.baseUrl",
      given: printValue(agent.model.baseUrl),
      allowed: "an address that a container reaches: its own localhost is not the host's",
      mend: "write host.containers.internal (Podman) or host.docker.internal (Docker) in place of the host name",
    },
  ];
}

/** The agent answers something else there. */
export function checkMetricsPath({ monitoring }: ContainerEnvironment): Problem[] {
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

/** What is started first must exist, and something must be able to start. */
export function checkDependencies({ agent, containers }: ContainerEnvironment): Problem[] {
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
export function checkPaths({ agent, containers }: ContainerEnvironment): Problem[] {
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

/** The blueprint's own labels are its own. */
export function checkLabels({ labels }: ContainerEnvironment): Problem[] {
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

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "[::1]" || hostname.startsWith("127.");
}
