import type { TurnChain } from "../availability/index.ts";
import { sortedByName, toKiB } from "../core/index.ts";
import { type AgentWay, planAccess, planTracing } from "./agent.access.plan.ts";
import type { AgentSettings, PostgresqlSettings } from "./agent.settings.ts";
import type { ContainerPlan, MountPlan, SecretSource } from "./container.plan.ts";

/** User and group that the agent's image is made for. */
export const AGENT_USER = "10001:10001";
/** Where the agent keeps its embedded database. */
export const AGENT_DATA_FOLDER = "/data";
/** Where the agent answers whether it may be sent turns. */
export const AGENT_READY_PATH = "/ready";
/** Where the agent answers whether it works at all. */
export const AGENT_HEALTH_PATH = "/health";
/** Where a turn is asked for, and streamed from. */
export const AGENT_TURN_PATH = "/turns";

/** Port that PostgreSQL listens on. */
const POSTGRESQL_PORT = 5432;
/** Length of a random password; 32 letters and digits are 190 bits. */
const PASSWORD_LENGTH = 32;
/** User of PostgreSQL's official images, which pgvector's are made from. */
const POSTGRESQL_USER = "999:999";

/** Gauge of the agent's turns that run. */
export const AGENT_TURNS_METRIC = "flame_turns_active";

/** Memory of the agent with its embedded database after its first turns, in MiB (measured: up to 487), with room for one. */
export const AGENT_MEMORY_FLOOR_MIB = 500;

/** What the environment of an agent's container depends on. */
interface AgentEnvironmentInput {
  readonly agent: AgentSettings;
  readonly turns: TurnChain;
  readonly metricsPath: string;
  /** Name under which a PostgreSQL container is reached. */
  readonly databaseHost: string;
  readonly way: AgentWay;
}

/** Plain and secret environment variables of the agent: its whole configuration. */
export function planAgentEnvironment(input: AgentEnvironmentInput): Pick<ContainerPlan, "environment" | "secrets"> {
  const { agent, turns, metricsPath } = input;
  const model = planModel(agent.model);
  const database = planDatabaseAccess(agent.database, input.databaseHost);
  const access = planAccess(agent, input.way);
  const tracing = planTracing(agent.tracing);
  return {
    environment: sortedByName({
      ...agent.environment,
      ...model.environment,
      ...database.environment,
      ...access.environment,
      ...tracing.environment,
      FLAME_HOST: "0.0.0.0",
      FLAME_PORT: `${agent.ports[0]?.containerPort}`,
      FLAME_TURN_MAX_SECONDS: `${turns.maxSeconds}`,
      FLAME_TURN_HEARTBEAT_SECONDS: `${turns.heartbeatSeconds}`,
      FLAME_DRAIN_SECONDS: `${turns.drainSeconds}`,
      FLAME_METRICS_PATH: metricsPath,
      FLAME_LOG_LEVEL: agent.logLevel,
      FLAME_BODY_LIMIT_KIB: `${toKiB(agent.requestBodyLimit)}`,
      FLAME_MEMORY_LAST_MESSAGES: `${agent.memory.lastMessages}`,
      FLAME_THREAD_WAIT_SECONDS: `${agent.threadWaitSeconds}`,
      MASTRA_TELEMETRY_DISABLED: "1",
    }),
    secrets: {
      ...model.secrets,
      ...database.secrets,
      ...access.secrets,
      ...tracing.secrets,
    },
  };
}

/** The PostgreSQL container's own part: image, environment and paths that must be writable; its files are in `volume`. */
export function planDatabaseContainer(database: PostgresqlSettings, volume: string) {
  const mounts: MountPlan[] = [
    { kind: "volume", volume, containerPath: "/var/lib/postgresql/data" },
    { kind: "memory", containerPath: "/var/run/postgresql", sizeMiB: 8, options: ["noexec"], owner: POSTGRESQL_USER },
  ];
  return {
    image: database.image,
    user: POSTGRESQL_USER,
    environment: sortedByName({
      POSTGRES_USER: database.name,
      POSTGRES_DB: database.name,
      // A folder below the volume: initdb refuses one that already holds lost+found.
      PGDATA: "/var/lib/postgresql/data/pgdata",
    }),
    secrets: { POSTGRES_PASSWORD: passwordSource(database) },
    mounts,
    healthCheck: {
      command: ["pg_isready", "--quiet", "--username", database.name, "--dbname", database.name],
      intervalSeconds: 5,
      timeoutSeconds: 3,
      startPeriodSeconds: 30,
      retries: 5,
    },
  };
}

function planModel(model: AgentSettings["model"]): Pick<ContainerPlan, "environment" | "secrets"> {
  switch (model.kind) {
    case "offline":
      return {
        environment: { FLAME_MODEL: "offline", FLAME_MODEL_TOKENS_PER_SECOND: `${model.tokensPerSecond}` },
        secrets: {},
      };
    case "openai-compatible":
      return {
        environment: {
          FLAME_MODEL: "openai-compatible",
          FLAME_MODEL_BASE_URL: model.baseUrl,
          FLAME_MODEL_NAME: model.name,
          FLAME_MODEL_INPUT_PRICE: decimal(model.prices.input),
          FLAME_MODEL_OUTPUT_PRICE: decimal(model.prices.output),
          ...(model.fallbacks.length > 0 && {
            FLAME_MODEL_FALLBACKS: model.fallbacks.map(({ name, baseUrl }) => `${name}@${baseUrl}`).join(","),
          }),
        },
        secrets: {
          FLAME_MODEL_API_KEY: { kind: "configuration", name: model.apiKey.secret },
          ...(model.fallbackApiKeys && {
            FLAME_MODEL_FALLBACK_API_KEYS: { kind: "configuration", name: model.fallbackApiKeys.secret },
          }),
        },
      };
  }
}

/** An amount in plain digits, whatever its size. */
function decimal(amount: number): string {
  return amount.toFixed(9).replace(/\.?0+$/, "");
}

function planDatabaseAccess(
  database: AgentSettings["database"],
  host: string,
): Pick<ContainerPlan, "environment" | "secrets"> {
  switch (database.kind) {
    case "embedded":
      return { environment: { FLAME_DATABASE: "embedded", FLAME_DATA_FOLDER: AGENT_DATA_FOLDER }, secrets: {} };
    case "postgresql":
      return {
        environment: {
          FLAME_DATABASE: "postgresql",
          FLAME_DATABASE_URL: `postgresql://${database.name}@${host}:${POSTGRESQL_PORT}/${database.name}`,
        },
        secrets: { FLAME_DATABASE_PASSWORD: passwordSource(database) },
      };
    case "external":
      return {
        environment: {
          FLAME_DATABASE: "postgresql",
          FLAME_DATABASE_URL: `postgresql://${database.user}@${database.host}:${database.port}/${database.name}`,
        },
        secrets: { FLAME_DATABASE_PASSWORD: { kind: "configuration", name: database.password.secret } },
      };
  }
}

function passwordSource(database: PostgresqlSettings): SecretSource {
  return database.password
    ? { kind: "configuration", name: database.password.secret }
    : { kind: "generated", name: "database-password", length: PASSWORD_LENGTH };
}
