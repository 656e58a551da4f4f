import { describe, expect, it } from "vitest";
import { planTurns, TurnSettings } from "../availability/index.ts";
import { planAgentEnvironment, planDatabaseContainer } from "./agent.plan.ts";
import { AgentSettings } from "./agent.settings.ts";

const MODEL = {
  kind: "openai-compatible",
  baseUrl: "https://models.example/v1",
  name: "small",
  apiKey: { secret: "modelApiKey" },
};

function planOf(settings: unknown) {
  return planAgentEnvironment({
    agent: AgentSettings.parse(settings),
    turns: planTurns(TurnSettings.parse({ maxSeconds: 60, drainMarginSeconds: 7, heartbeatSeconds: 12 })),
    metricsPath: "/metrics",
    databaseHost: "flame-dev-database",
    way: { ownProxies: 0, hostNames: ["flame-dev-agent", "10.0.0.1", "fd00::1", "localhost"] },
  });
}

function databaseOf(settings: object) {
  const { database } = AgentSettings.parse({ database: { kind: "postgresql", ...settings } });
  if (database.kind !== "postgresql") throw new Error("the settings ask for PostgreSQL");
  return planDatabaseContainer(database, "our-data");
}

describe("the agent's environment", () => {
  it("is its whole configuration, by name", () => {
    expect(planOf({})).toEqual({
      environment: {
        FLAME_ALLOWED_HOSTS: "flame-dev-agent",
        FLAME_BODY_LIMIT_KIB: "1024",
        FLAME_DATABASE: "embedded",
        FLAME_DATA_FOLDER: "/data",
        FLAME_DRAIN_SECONDS: "67",
        FLAME_TURN_HEARTBEAT_SECONDS: "12",
        FLAME_HOST: "0.0.0.0",
        FLAME_LOG_LEVEL: "info",
        FLAME_MEMORY_LAST_MESSAGES: "20",
        FLAME_THREAD_WAIT_SECONDS: "30",
        FLAME_METRICS_PATH: "/metrics",
        FLAME_MODEL: "offline",
        FLAME_MODEL_TOKENS_PER_SECOND: "50",
        FLAME_PORT: "4111",
        FLAME_RATE_LIMIT_BURST: "300",
        FLAME_RATE_LIMIT_PER_MINUTE: "3000",
        FLAME_SHED_EVENT_LOOP_MILLISECONDS: "1000",
        FLAME_SHED_MEMORY_PERCENT: "92",
        FLAME_TRUSTED_PROXIES: "0",
        FLAME_TURN_MAX_SECONDS: "60",
        MASTRA_TELEMETRY_DISABLED: "1",
      },
      secrets: {},
    });
  });

  it.each([
    {
      why: "a model that is asked over the network",
      settings: { model: MODEL },
      environment: {
        FLAME_MODEL: "openai-compatible",
        FLAME_MODEL_BASE_URL: "https://models.example/v1",
        FLAME_MODEL_NAME: "small",
      },
      secrets: { FLAME_MODEL_API_KEY: { kind: "configuration", name: "modelApiKey" } },
    },
    {
      why: "a database with a password of its own making",
      settings: { database: { kind: "postgresql" } },
      environment: {
        FLAME_DATABASE: "postgresql",
        FLAME_DATABASE_URL: "postgresql://flame@flame-dev-database:5432/flame",
      },
      secrets: { FLAME_DATABASE_PASSWORD: { kind: "generated", name: "database-password", length: 32 } },
    },
    {
      why: "a database with the user's password",
      settings: { database: { kind: "postgresql", name: "threads", password: { secret: "databasePassword" } } },
      environment: { FLAME_DATABASE_URL: "postgresql://threads@flame-dev-database:5432/threads" },
      secrets: { FLAME_DATABASE_PASSWORD: { kind: "configuration", name: "databasePassword" } },
    },
    {
      why: "a token that callers send",
      settings: { authentication: { kind: "bearer", token: { secret: "accessToken" } } },
      environment: {},
      secrets: { FLAME_ACCESS_TOKEN: { kind: "configuration", name: "accessToken" } },
    },
    {
      why: "tokens of tenants",
      settings: {
        authentication: { kind: "bearer", token: { secret: "accessToken" }, tenantTokens: { secret: "tenantTokens" } },
      },
      environment: {},
      secrets: {
        FLAME_ACCESS_TOKEN: { kind: "configuration", name: "accessToken" },
        FLAME_TENANT_TOKENS: { kind: "configuration", name: "tenantTokens" },
      },
    },
    {
      why: "an identity provider whose tokens callers send",
      settings: {
        authentication: {
          kind: "jwt",
          keysUrl: "https://id.example/keys",
          issuer: "https://id.example",
          audience: "flame",
          operatorToken: { secret: "operatorToken" },
        },
      },
      environment: {
        FLAME_JWT_JWKS_URL: "https://id.example/keys",
        FLAME_JWT_ISSUER: "https://id.example",
        FLAME_JWT_AUDIENCE: "flame",
        FLAME_JWT_TENANT_CLAIM: "tenant",
        FLAME_JWT_USER_CLAIM: "sub",
      },
      secrets: { FLAME_ACCESS_TOKEN: { kind: "configuration", name: "operatorToken" } },
    },
    {
      why: "models that stand in for the first",
      settings: {
        model: {
          ...MODEL,
          fallbacks: [
            { baseUrl: "https://b.example/v1", name: "b" },
            { baseUrl: "https://c.example/v1", name: "c" },
          ],
          fallbackApiKeys: { secret: "fallbackKeys" },
          prices: { input: 0.25, output: 0.0000001 },
        },
      },
      environment: {
        FLAME_MODEL_FALLBACKS: "b@https://b.example/v1,c@https://c.example/v1",
        FLAME_MODEL_INPUT_PRICE: "0.25",
        FLAME_MODEL_OUTPUT_PRICE: "0.0000001",
      },
      secrets: {
        FLAME_MODEL_API_KEY: { kind: "configuration", name: "modelApiKey" },
        FLAME_MODEL_FALLBACK_API_KEYS: { kind: "configuration", name: "fallbackKeys" },
      },
    },
    {
      why: "a collector of traces, and pages that may call",
      settings: {
        tracing: { kind: "otlp", endpoint: "http://collector:4318", token: { secret: "collector" }, percent: 5 },
        allowedOrigins: ["https://a.example", "http://localhost:3000"],
      },
      environment: {
        FLAME_OTLP_ENDPOINT: "http://collector:4318",
        FLAME_TRACE_PERCENT: "5",
        FLAME_CORS_ORIGINS: "https://a.example,http://localhost:3000",
      },
      secrets: { FLAME_OTLP_TOKEN: { kind: "configuration", name: "collector" } },
    },
    {
      why: "further names, each once and without addresses",
      settings: { allowedHosts: ["b.example", "a.example", "flame-dev-agent"] },
      environment: { FLAME_ALLOWED_HOSTS: "a.example,b.example,flame-dev-agent" },
      secrets: {},
    },
    {
      why: "whose files are fetched",
      settings: {
        fetching: { kind: "hosts", hosts: ["a.example", "b.example:8443"], maxSize: "1MiB", mediaTypes: ["image/png"] },
      },
      environment: {
        FLAME_FETCH_HOSTS: "a.example,b.example:8443",
        FLAME_FETCH_MAX_KIB: "1024",
        FLAME_FETCH_SECONDS: "10",
        FLAME_FETCH_TYPES: "image/png",
      },
      secrets: {},
    },
    {
      why: "a port of the container",
      settings: { ports: [{ hostPort: 80, containerPort: 8080 }] },
      environment: { FLAME_PORT: "8080" },
      secrets: {},
    },
    {
      why: "a limit that is no whole KiB",
      settings: { requestBodyLimit: "1025B" },
      environment: { FLAME_BODY_LIMIT_KIB: "2" },
      secrets: {},
    },
    {
      why: "a user's own variable",
      settings: { environment: { TZ: "Europe/Berlin" } },
      environment: { TZ: "Europe/Berlin" },
      secrets: {},
    },
  ])("says $why", ({ settings, environment, secrets }) => {
    const plan = planOf(settings);
    expect(plan.environment).toMatchObject(environment);
    expect(plan.secrets).toEqual(secrets);
  });

  it("has no variable of a choice that wasn't made", () => {
    const names = Object.keys(planOf({ model: MODEL, database: { kind: "postgresql" } }).environment);
    expect(names).not.toContain("FLAME_DATA_FOLDER");
    expect(names).not.toContain("FLAME_MODEL_TOKENS_PER_SECOND");
  });
});

describe("the database's container", () => {
  it("has the same user and database, and its password as a secret", () => {
    const plan = databaseOf({ name: "threads", password: { secret: "databasePassword" } });
    expect(plan.environment).toEqual({
      PGDATA: "/var/lib/postgresql/data/pgdata",
      POSTGRES_DB: "threads",
      POSTGRES_USER: "threads",
    });
    expect(plan.secrets).toEqual({ POSTGRES_PASSWORD: { kind: "configuration", name: "databasePassword" } });
    expect(plan.healthCheck.command).toEqual(["pg_isready", "--quiet", "--username", "threads", "--dbname", "threads"]);
  });

  it("keeps its files in its volume and its socket in memory that its user owns", () => {
    expect(databaseOf({})).toMatchObject({
      user: "999:999",
      mounts: [
        { kind: "volume", volume: "our-data", containerPath: "/var/lib/postgresql/data" },
        { kind: "memory", containerPath: "/var/run/postgresql", owner: "999:999" },
      ],
    });
  });
});
