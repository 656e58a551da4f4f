import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigurationError, parseConfiguration } from "./configuration.ts";
import { temporaryFolder } from "./testing/folder.ts";

const SECRET = "planted-secret-0123456789";
const postgresql = {
  FLAME_DATABASE: "postgresql",
  FLAME_DATABASE_URL: "postgresql://flame@db.example:6432/threads?sslmode=verify-full",
  FLAME_DATABASE_PASSWORD: SECRET,
};
const compatible = {
  FLAME_MODEL: "openai-compatible",
  FLAME_MODEL_BASE_URL: "https://models.example/v1/",
  FLAME_MODEL_NAME: "small",
};

function problemsOf(environment: Record<string, string | undefined>): readonly string[] {
  try {
    parseConfiguration(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

describe("an empty environment", () => {
  it("gives an agent that needs nothing from outside", () => {
    expect(parseConfiguration({ PATH: "/bin" })).toEqual({
      host: "127.0.0.1",
      port: 4111,
      database: { kind: "embedded", folder: undefined },
      model: { kind: "offline", tokensPerSecond: 50 },
      accessToken: undefined,
      turnMaxSeconds: 180,
      turnHeartbeatSeconds: 15,
      drainSeconds: 185,
      fetching: {
        hosts: [],
        maxKiB: 2048,
        seconds: 10,
        mediaTypes: ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"],
      },
      metricsPath: "/metrics",
      logLevel: "info",
      bodyLimitKiB: 1024,
      memoryLastMessages: 20,
      security: {
        tenantTokens: [],
        jwt: undefined,
        rateLimit: { perMinute: 3_000, burst: 300, trustedProxies: 0 },
        corsOrigins: [],
        allowedHosts: [],
        messageLimitCharacters: 100_000,
        messagesMax: 1_000,
      },
      operations: {
        modelCare: {
          fallbacks: [],
          firstTokenSeconds: 30,
          retries: 2,
          retrySeconds: 20,
          breakerFailures: 5,
          breakerSeconds: 30,
          answerLimitKiB: 1_024,
          inputPrice: 0,
          outputPrice: 0,
        },
        shed: { memoryPercent: 92, eventLoopMilliseconds: 1_000 },
        traces: undefined,
      },
      chat: {
        memoryTokenBudget: 8000,
        embedding: { kind: "offline" },
        retrieval: { passages: 4, similarity: 0.2 },
        cache: { similarity: 0.95, ttlSeconds: 3600 },
        approvalTtlSeconds: 86_400,
        turnRetentionDays: 30,
        eventRetentionSeconds: 600,
        reconnectSeconds: 30,
        threadWaitSeconds: 30,
      },
    });
  });
});

describe("a right environment", () => {
  it("names a PostgreSQL server, with the password beside its address", () => {
    expect(parseConfiguration(postgresql).database).toEqual({
      kind: "postgresql",
      host: "db.example",
      port: 6432,
      name: "threads",
      user: "flame",
      password: SECRET,
      tls: "verify-full",
      poolSize: 20,
      statementTimeoutSeconds: 30,
    });
  });

  it("names an embedding server, with or without a key", () => {
    const embedding = {
      FLAME_EMBEDDING: "openai-compatible",
      FLAME_EMBEDDING_BASE_URL: "https://models.example/v1/",
      FLAME_EMBEDDING_NAME: "vectors",
      FLAME_EMBEDDING_DIMENSIONS: "1536",
    };
    const expected = {
      kind: "openai-compatible",
      baseUrl: "https://models.example/v1",
      name: "vectors",
      dimensions: 1536,
    };
    expect(parseConfiguration(embedding).chat.embedding).toEqual({ ...expected, apiKey: undefined });
    expect(parseConfiguration({ ...embedding, FLAME_EMBEDDING_API_KEY: SECRET }).chat.embedding).toEqual({
      ...expected,
      apiKey: SECRET,
    });
  });

  it("takes PostgreSQL's own port and no encryption where the address says neither", () => {
    const database = parseConfiguration({
      ...postgresql,
      FLAME_DATABASE_URL: "postgresql://f%40x@[::1]/a%20b",
    }).database;
    expect(database).toMatchObject({ host: "::1", port: 5432, name: "a b", user: "f@x", tls: "disable" });
  });

  it("names an OpenAI-compatible model, with or without a key", () => {
    const model = { kind: "openai-compatible", baseUrl: "https://models.example/v1", name: "small" };
    expect(parseConfiguration(compatible).model).toEqual({ ...model, apiKey: undefined });
    expect(parseConfiguration({ ...compatible, FLAME_MODEL_API_KEY: SECRET }).model).toEqual({
      ...model,
      apiKey: SECRET,
    });
  });

  it("lets the drain follow the longest turn", () => {
    expect(parseConfiguration({ FLAME_TURN_MAX_SECONDS: "600" }).drainSeconds).toBe(605);
    expect(parseConfiguration({ FLAME_TURN_MAX_SECONDS: "600", FLAME_DRAIN_SECONDS: "700" }).drainSeconds).toBe(700);
  });

  it("reads a secret from a file, without its last line break", async () => {
    const file = join(await temporaryFolder(), "token");
    writeFileSync(file, `${SECRET}\n`);
    expect(parseConfiguration({ FLAME_ACCESS_TOKEN_FILE: file }).accessToken).toBe(SECRET);
    expect(parseConfiguration({ ...compatible, FLAME_MODEL_API_KEY_FILE: file }).model).toMatchObject({
      apiKey: SECRET,
    });
  });
});

describe("a wrong environment is refused", () => {
  it.each([
    {
      why: "a port in letters",
      given: { FLAME_PORT: "http" },
      problem: /^FLAME_PORT: "http" is refused; allowed: a whole number from 0 to 65535; fix: /,
    },
    { why: "a port out of range", given: { FLAME_PORT: "65536" }, problem: /^FLAME_PORT: "65536"/ },
    {
      why: "a number with a unit",
      given: { FLAME_TURN_MAX_SECONDS: "180s" },
      problem: /^FLAME_TURN_MAX_SECONDS: "180s".*whole number from 1/,
    },
    { why: "an empty value", given: { FLAME_BODY_LIMIT_KIB: "" }, problem: /^FLAME_BODY_LIMIT_KIB: "" is refused/ },
    { why: "a blank host", given: { FLAME_HOST: " " }, problem: /^FLAME_HOST: " " is refused; allowed: an address/ },
    {
      why: "an unknown database",
      given: { FLAME_DATABASE: "sqlite" },
      problem: /^FLAME_DATABASE: "sqlite".*embedded, postgresql/,
    },
    {
      why: "an unknown model",
      given: { FLAME_MODEL: "gpt" },
      problem: /^FLAME_MODEL: "gpt".*offline, openai-compatible/,
    },
    { why: "an unknown level", given: { FLAME_LOG_LEVEL: "loud" }, problem: /^FLAME_LOG_LEVEL: "loud".*trace, debug/ },
    {
      why: "a misspelt variable",
      given: { FLAME_PROT: "80" },
      problem: /^FLAME_PROT: unknown variable; allowed: .*FLAME_PORT.*fix:/,
    },
    {
      why: "PostgreSQL without an address",
      given: { FLAME_DATABASE: "postgresql", FLAME_DATABASE_PASSWORD: "x" },
      problem: /^FLAME_DATABASE_URL: absent; FLAME_DATABASE=postgresql needs it/,
    },
    {
      why: "PostgreSQL without a password",
      given: { ...postgresql, FLAME_DATABASE_PASSWORD: undefined },
      problem: /^FLAME_DATABASE_PASSWORD: absent.*or FLAME_DATABASE_PASSWORD_FILE/,
    },
    {
      why: "a folder that PostgreSQL won't use",
      given: { ...postgresql, FLAME_DATA_FOLDER: "/data" },
      problem: /^FLAME_DATA_FOLDER: has no effect with FLAME_DATABASE=postgresql; fix: /,
    },
    {
      why: "an address that nothing uses",
      given: { FLAME_DATABASE_URL: "postgresql://a@b/c" },
      problem: /^FLAME_DATABASE_URL: has no effect with FLAME_DATABASE=embedded/,
    },
    {
      why: "an address of another database",
      given: { ...postgresql, FLAME_DATABASE_URL: "mysql://a@b/c" },
      problem: /^FLAME_DATABASE_URL: "mysql:\/\/a@b\/c" is refused; allowed: postgresql:\/\/user@host/,
    },
    {
      why: "an address without a database",
      given: { ...postgresql, FLAME_DATABASE_URL: "postgresql://a@b" },
      problem: /^FLAME_DATABASE_URL: /,
    },
    {
      why: "an unknown way of encryption",
      given: { ...postgresql, FLAME_DATABASE_URL: "postgresql://a@b/c?sslmode=prefer" },
      problem: /sslmode=disable, require or verify-full/,
    },
    {
      why: "a password in the address",
      given: { ...postgresql, FLAME_DATABASE_URL: `postgresql://a:${SECRET}@b/c` },
      problem: /"postgresql:\/\/a:…@b\/c".*FLAME_DATABASE_PASSWORD_FILE/,
    },
    {
      why: "a key in the model's address",
      given: { ...compatible, FLAME_MODEL_BASE_URL: `https://u:${SECRET}@m.example` },
      problem: /^FLAME_MODEL_BASE_URL: "https:\/\/u:…@m\.example" is refused/,
    },
    {
      why: "a model's address that is none",
      given: { ...compatible, FLAME_MODEL_BASE_URL: "models.example" },
      problem: /^FLAME_MODEL_BASE_URL: "models\.example" is refused; allowed: an http or https address/,
    },
    {
      why: "a server without a model's name",
      given: { ...compatible, FLAME_MODEL_NAME: undefined },
      problem: /^FLAME_MODEL_NAME: absent/,
    },
    {
      why: "a pace that a server won't follow",
      given: { ...compatible, FLAME_MODEL_TOKENS_PER_SECOND: "5" },
      problem: /^FLAME_MODEL_TOKENS_PER_SECOND: has no effect with FLAME_MODEL=openai-compatible/,
    },
    {
      why: "a key that the offline model won't use",
      given: { FLAME_MODEL_API_KEY: SECRET },
      problem: /^FLAME_MODEL_API_KEY: has no effect/,
    },
    {
      why: "a secret given twice",
      given: { FLAME_ACCESS_TOKEN: SECRET, FLAME_ACCESS_TOKEN_FILE: "/none" },
      problem: /^FLAME_ACCESS_TOKEN: set together with FLAME_ACCESS_TOKEN_FILE/,
    },
    {
      why: "a secret's file that is absent",
      given: { FLAME_ACCESS_TOKEN_FILE: "/none" },
      problem: /^FLAME_ACCESS_TOKEN_FILE: "\/none" can't be read \(ENOENT\)/,
    },
    {
      why: "a token that is easily guessed",
      given: { FLAME_ACCESS_TOKEN: "hunter2" },
      problem: /^FLAME_ACCESS_TOKEN: is too short; allowed: at least 16 characters/,
    },
    {
      why: "a token with a space",
      given: { FLAME_ACCESS_TOKEN: `${SECRET} ${SECRET}` },
      problem: /^FLAME_ACCESS_TOKEN: has a character/,
    },
    {
      why: "a drain that would cut turns",
      given: { FLAME_DRAIN_SECONDS: "30" },
      problem: /^FLAME_DRAIN_SECONDS: "30" would cut turns of up to 180 s; allowed: 180 or more; fix: set 185/,
    },
    {
      why: "metrics on a path that is taken",
      given: { FLAME_METRICS_PATH: "/api/metrics" },
      problem: /^FLAME_METRICS_PATH: "\/api\/metrics"/,
    },
    {
      why: "a similarity above 1",
      given: { FLAME_CACHE_SIMILARITY: "1.1" },
      problem: /^FLAME_CACHE_SIMILARITY: "1.1" is refused; allowed: a number from 0.5 to 1, such as 0.9/,
    },
    {
      why: "a similarity in per cent",
      given: { FLAME_RETRIEVAL_SIMILARITY: "20%" },
      problem: /^FLAME_RETRIEVAL_SIMILARITY: "20%" is refused/,
    },
    {
      why: "a pool that the embedded database won't use",
      given: { FLAME_DATABASE_POOL_SIZE: "5" },
      problem: /^FLAME_DATABASE_POOL_SIZE: has no effect with FLAME_DATABASE=embedded/,
    },
    {
      why: "an embedding server's key without the server",
      given: { FLAME_EMBEDDING_API_KEY: SECRET },
      problem: /^FLAME_EMBEDDING_API_KEY: has no effect with FLAME_EMBEDDING=offline/,
    },
    {
      why: "an embedding server without its vectors' length",
      given: {
        FLAME_EMBEDDING: "openai-compatible",
        FLAME_EMBEDDING_BASE_URL: "https://models.example",
        FLAME_EMBEDDING_NAME: "vectors",
      },
      problem: /^FLAME_EMBEDDING_DIMENSIONS: absent; FLAME_EMBEDDING=openai-compatible needs it/,
    },
    {
      why: "metrics on a path of the knowledge",
      given: { FLAME_METRICS_PATH: "/documents" },
      problem: /^FLAME_METRICS_PATH: "\/documents"/,
    },
  ])("for $why", ({ given, problem }) => {
    const problems = problemsOf(given);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems.join()).not.toMatch(/planted-secret|hunter2/);
  });

  it("with every problem at once", () => {
    const problems = problemsOf({
      FLAME_PORT: "x",
      FLAME_COLOUR: "red",
      FLAME_DATABASE: "postgresql",
      FLAME_ACCESS_TOKEN_FILE: "/none",
    });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual([
      "FLAME_PORT",
      "FLAME_COLOUR",
      "FLAME_DATABASE_URL",
      "FLAME_DATABASE_PASSWORD",
      "FLAME_ACCESS_TOKEN_FILE",
    ]);
  });

  it("for an empty or weak secret in a file, without telling it", async () => {
    const file = join(await temporaryFolder(), "token");
    writeFileSync(file, "hunter2\n");
    expect(problemsOf({ FLAME_ACCESS_TOKEN_FILE: file })).toEqual([
      expect.stringMatching(/^FLAME_ACCESS_TOKEN_FILE: what ".*token" holds is too short/),
    ]);
  });
});
