import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../../apps/flame-agent/src/configuration.ts";
import { Environment as AgentEnvironment } from "../../apps/flame-agent/src/configuration.variables.ts";
import { type Document, desktopDocument, planOf, problemsOf } from "../support/environment.ts";

/** Variables of the agent that no setting renders. */
const SET_BY_HAND: Readonly<Record<string, string>> = {
  FLAME_DATABASE_PASSWORD_FILE: "an operator's own mount; the blueprint passes FLAME_DATABASE_PASSWORD as a secret",
  FLAME_MODEL_API_KEY_FILE: "an operator's own mount; the blueprint passes FLAME_MODEL_API_KEY as a secret",
  FLAME_ACCESS_TOKEN_FILE: "an operator's own mount; the blueprint passes FLAME_ACCESS_TOKEN as a secret",
  FLAME_TENANT_TOKENS_FILE: "an operator's own mount; the blueprint passes FLAME_TENANT_TOKENS as a secret",
  FLAME_MODEL_FALLBACK_API_KEYS_FILE: "an operator's own mount; the blueprint passes the keys as a secret",
  FLAME_OTLP_TOKEN_FILE: "an operator's own mount; the blueprint passes FLAME_OTLP_TOKEN as a secret",
  FLAME_MESSAGE_LIMIT_CHARACTERS: "the agent's default suits the context of every model in use",
  FLAME_ANSWER_LIMIT_KIB: "the agent's default is above what any model in use says, and what every database holds",
  FLAME_TURN_RECONNECT_SECONDS: "the agent's default suits what networks and browsers do, not where the agent runs",
  FLAME_TURN_EVENTS_SECONDS: "the agent's default suits what clients do, not where the agent runs",
  FLAME_MESSAGES_MAX: "the agent's default suits every conversation; agent.memory.lastMessages bounds what is sent",
  FLAME_MODEL_FIRST_TOKEN_SECONDS: "tuned to the models' own pace, not to where the agent runs",
  FLAME_MODEL_RETRIES: "tuned to the models' own failures, not to where the agent runs",
  FLAME_MODEL_RETRY_SECONDS: "tuned to the models' own limits, not to where the agent runs; below every turn's default",
  FLAME_MODEL_BREAKER_FAILURES: "tuned to the models' own failures, not to where the agent runs",
  FLAME_MODEL_BREAKER_SECONDS: "tuned to the models' own failures, not to where the agent runs",
  FLAME_DATABASE_POOL_SIZE: "the agent's default suits a desktop; a server's topology sets it with its replicas",
  FLAME_DATABASE_STATEMENT_TIMEOUT_SECONDS: "the agent's default suits every turn budget that the blueprint allows",
  FLAME_MEMORY_TOKEN_BUDGET: "the agent's default suits the context of every model in use",
  FLAME_EMBEDDING: "the offline embedding is the agent's default; an operator chooses a server by hand",
  FLAME_EMBEDDING_BASE_URL: "goes with FLAME_EMBEDDING",
  FLAME_EMBEDDING_NAME: "goes with FLAME_EMBEDDING",
  FLAME_EMBEDDING_DIMENSIONS: "goes with FLAME_EMBEDDING",
  FLAME_EMBEDDING_API_KEY: "goes with FLAME_EMBEDDING",
  FLAME_EMBEDDING_API_KEY_FILE: "goes with FLAME_EMBEDDING",
  FLAME_RETRIEVAL_PASSAGES: "tuned to a tenant's documents, not to where the agent runs",
  FLAME_RETRIEVAL_SIMILARITY: "tuned to a tenant's documents, not to where the agent runs",
  FLAME_CACHE_SIMILARITY: "tuned to the embedding, not to where the agent runs",
  FLAME_CACHE_TTL_SECONDS: "tuned to how fast answers age, not to where the agent runs",
  FLAME_APPROVAL_TTL_SECONDS: "an organisation's own rule; the agent's default is a day",
  FLAME_TURN_RETENTION_DAYS: "an organisation's own rule; the agent's default is 30 days",
};

const MODEL = { kind: "openai-compatible", name: "gpt-5-mini", apiKey: { secret: "modelApiKey" } };

const JWT = { kind: "jwt", keysUrl: "https://id.example/keys", issuer: "https://id.example", audience: "flame" };
const BEARER = { kind: "bearer", token: { secret: "accessToken" } };
const AUTHENTICATIONS = {
  none: { kind: "none" },
  bearer: BEARER,
  tenants: { ...BEARER, tenantTokens: { secret: "tenantTokens" } },
  jwt: JWT,
} as const;

const DOCUMENTS = [
  desktopDocument(),
  desktopDocument({
    agent: {
      authentication: AUTHENTICATIONS.tenants,
      allowedOrigins: ["https://app.example"],
      allowedHosts: ["agent.example"],
      fetching: { kind: "hosts", hosts: ["files.example"] },
      tracing: { kind: "otlp", endpoint: "http://collector.example:4318", token: { secret: "collectorToken" } },
      database: { kind: "postgresql" },
      model: {
        ...MODEL,
        baseUrl: "https://models.example/v1",
        fallbacks: [{ baseUrl: "https://other.example/v1", name: "small" }],
        fallbackApiKeys: { secret: "fallbackKeys" },
      },
    },
  }),
  desktopDocument({
    agent: {
      authentication: {
        kind: "jwt",
        keysUrl: "https://id.example/keys",
        issuer: "https://id.example",
        audience: "flame",
      },
    },
  }),
];

describe("the agent's environment", () => {
  const rendered = new Set(DOCUMENTS.flatMap((document) => Object.keys(variablesOf(document))));
  const own = [...rendered].filter((name) => name.startsWith("FLAME_"));

  it("has each variable of the agent rendered by the blueprint, or a reason why it isn't", () => {
    const known = Object.keys(AgentEnvironment.shape);
    console.log(`agent variables rendered: ${own.length} of ${known.length}`);
    expect(known.filter((name) => !rendered.has(name)).toSorted()).toEqual(Object.keys(SET_BY_HAND).toSorted());
  });

  it("has no variable that the agent doesn't know", () => {
    expect(own.filter((name) => !(name in AgentEnvironment.shape))).toEqual([]);
  });

  it("is one that the agent starts with, for every environment that the blueprint accepts", () => {
    let accepted = 0;
    fc.assert(
      fc.property(documents(), (document) => {
        if (problemsOf(document).length > 0) return;
        accepted += 1;
        expect(() => parseConfiguration(variablesOf(document))).not.toThrow();
      }),
      { numRuns: 400 },
    );
    expect(accepted).toBeGreaterThan(40);
  });

  it.each([
    {
      why: "a metrics path that the health check has",
      concerns: { monitoring: { status: { metricsPath: "/health" } } },
      path: "monitoring.status.metricsPath",
    },
    {
      why: "a metrics path below the agent's interface",
      concerns: { monitoring: { status: { metricsPath: "/api/metrics" } } },
      path: "monitoring.status.metricsPath",
    },
    {
      why: "a metrics path with an empty part",
      concerns: { monitoring: { status: { metricsPath: "/a//b" } } },
      path: "monitoring.status.metricsPath",
    },
    {
      why: "a request limit of nothing",
      concerns: { agent: { requestBodyLimit: "0B" } },
      path: "agent.requestBodyLimit",
    },
    {
      why: "a request limit above the agent's own",
      concerns: { agent: { requestBodyLimit: "2GiB" } },
      path: "agent.requestBodyLimit",
    },
    {
      why: "a key inside the model's address",
      concerns: { agent: { model: { ...MODEL, baseUrl: "https://me:planted@models.example/v1" } } },
      path: "agent.model.baseUrl",
    },
    {
      why: "a query in the model's address",
      concerns: { agent: { model: { ...MODEL, baseUrl: "https://models.example/v1?key=planted" } } },
      path: "agent.model.baseUrl",
    },
    {
      why: "keys of no fallback",
      concerns: { agent: { model: { ...MODEL, baseUrl: "https://m.example", fallbackApiKeys: { secret: "x" } } } },
      path: "agent.model.fallbackApiKeys",
    },
    {
      why: "a key inside a fallback's address",
      concerns: {
        agent: {
          model: {
            ...MODEL,
            baseUrl: "https://m.example",
            fallbacks: [{ baseUrl: "https://me:planted@b.example", name: "b" }],
          },
        },
      },
      path: "agent.model.fallbacks.0.baseUrl",
    },
    {
      why: "an origin with a path",
      concerns: { agent: { allowedOrigins: ["https://app.example/"] } },
      path: "agent.allowedOrigins.0",
    },
    {
      why: "an origin with its scheme's own port",
      concerns: { agent: { allowedOrigins: ["https://app.example:443"] } },
      path: "agent.allowedOrigins.0",
    },
    {
      why: "a host with a port",
      concerns: { agent: { allowedHosts: ["agent.example:443"] } },
      path: "agent.allowedHosts.0",
    },
    {
      why: "a host to fetch from with a scheme",
      concerns: { agent: { fetching: { kind: "hosts", hosts: ["https://files.example"] } } },
      path: "agent.fetching.hosts.0",
    },
    {
      why: "a host to fetch from with the scheme's own port",
      concerns: { agent: { fetching: { kind: "hosts", hosts: ["files.example:80"] } } },
      path: "agent.fetching.hosts.0",
    },
    {
      why: "more to fetch than the agent's own limit",
      concerns: { agent: { fetching: { kind: "hosts", hosts: ["files.example"], maxSize: "7MiB" } } },
      path: "agent.fetching.maxSize",
    },
    {
      why: "a port that only root may open",
      concerns: { agent: { ports: [{ hostPort: 8080, containerPort: 80 }] } },
      path: "agent.ports.0.containerPort",
    },
  ])("is refused by the blueprint, before the agent would refuse it: $why", ({ concerns, path }) => {
    const problems = problemsOf(desktopDocument(concerns));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(JSON.stringify(problems)).not.toContain("planted");
  });
});

/** Variables of the agent's container as the blueprint sets them. */
function variablesOf(document: Document): Record<string, string> {
  const agent = planOf(document).containers.find(({ key }) => key === "agent");
  const secrets = Object.keys(agent?.secrets ?? {}).map((name) => [name, "a-secret-of-28-characters..."] as const);
  // Of these two, the secret's own form is the operator's to keep.
  const forms: Readonly<Record<string, string>> = { FLAME_TENANT_TOKENS: "acme=a-secret-of-28-characters..." };
  return { ...agent?.environment, ...Object.fromEntries(secrets.map(([name, value]) => [name, forms[name] ?? value])) };
}

/** Desktops whose settings reach the agent's environment, many of them at their limits. */
function documents(): fc.Arbitrary<Document> {
  const path = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("/metrics", "/a-b_c", "/a/b.txt") },
    fc.constantFrom("/health", "/ready", "/turns", "/api", "/api/x", "/a//b", "/a/"),
    fc.stringMatching(/^\/[A-Za-z0-9/_.-]{1,12}$/),
  );
  const baseUrl = fc.oneof(
    fc.constantFrom(
      "https://models.example/v1",
      "https://a:b@models.example",
      "http://models.example/?x=1",
      "https://m/#f",
    ),
    fc.webUrl({ withQueryParameters: true }),
  );
  return fc
    .record({
      path,
      baseUrl: fc.option(baseUrl, { nil: undefined, freq: 1 }),
      authentication: fc.constantFrom("none", "bearer", "tenants", "jwt"),
      origin: fc.option(
        fc.oneof(
          fc.webUrl({ withQueryParameters: false }),
          fc.constantFrom("https://app.example", "http://a:80", "null"),
        ),
        { nil: undefined },
      ),
      host: fc.option(
        fc.oneof(
          { weight: 9, arbitrary: fc.constantFrom("agent.example", "flame_agent", "-a.-b", "10.0.0.1") },
          fc.constantFrom("a..b", "A.example", "a:1"),
        ),
        { nil: undefined },
      ),
      fetched: fc.option(
        fc.oneof(
          {
            weight: 9,
            arbitrary: fc.constantFrom("files.example", "files.example:8443", "[2001:db8::1]", "-a.example"),
          },
          fc.constantFrom("127.1", "a_b", "*.a"),
        ),
        { nil: undefined },
      ),
      fallback: fc.option(fc.constantFrom("small", "org/model:free", "a@b", "a,b"), { nil: undefined }),
      price: fc.oneof(fc.double({ min: 0, max: 1_000_000, noNaN: true }), fc.constant(0.1 + 0.2)),
      traced: fc.boolean(),
      postgresql: fc.option(fc.stringMatching(/^[a-z][a-z0-9_]{0,62}$/), { nil: undefined }),
      requestBodyLimit: fc.constantFrom("1KiB", "1MiB", "1500KiB", "1GiB", "2GiB"),
      containerPort: fc.constantFrom(1023, 1024, 4111, 65_535),
      logLevel: fc.constantFrom("debug", "info", "warn", "error"),
      lastMessages: fc.constantFrom(1, 1000),
      tokensPerSecond: fc.constantFrom(1, 10_000),
      maxSeconds: fc.integer({ min: 5, max: 3600 }),
      drainMarginSeconds: fc.integer({ min: 1, max: 120 }),
      heartbeatSeconds: fc.integer({ min: 1, max: 300 }),
    })
    .map((chosen) =>
      desktopDocument({
        turns: {
          maxSeconds: chosen.maxSeconds,
          drainMarginSeconds: chosen.drainMarginSeconds,
          heartbeatSeconds: chosen.heartbeatSeconds,
        },
        monitoring: { status: { metricsPath: chosen.path } },
        agent: {
          ports: [{ hostPort: 4111, containerPort: chosen.containerPort }],
          logLevel: chosen.logLevel,
          requestBodyLimit: chosen.requestBodyLimit,
          memory: { lastMessages: chosen.lastMessages },
          authentication: AUTHENTICATIONS[chosen.authentication],
          ...(chosen.origin !== undefined && { allowedOrigins: [chosen.origin] }),
          ...(chosen.host !== undefined && { allowedHosts: [chosen.host] }),
          ...(chosen.fetched !== undefined && { fetching: { kind: "hosts", hosts: [chosen.fetched] } }),
          ...(chosen.traced && { tracing: { kind: "otlp", endpoint: "http://collector.example:4318", percent: 0 } }),
          ...(chosen.postgresql !== undefined && { database: { kind: "postgresql", name: chosen.postgresql } }),
          model:
            chosen.baseUrl === undefined
              ? { kind: "offline", tokensPerSecond: chosen.tokensPerSecond }
              : {
                  ...MODEL,
                  baseUrl: chosen.baseUrl,
                  prices: { input: chosen.price, output: 0 },
                  ...(chosen.fallback !== undefined && {
                    fallbacks: [{ name: chosen.fallback, baseUrl: "https://b.example/v1" }],
                  }),
                },
        },
      }),
    );
}
