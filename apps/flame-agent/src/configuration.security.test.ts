import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigurationError, parseConfiguration } from "./configuration.ts";
import { temporaryFolder } from "./testing/folder.ts";

const SECRET = "planted-secret-0123456789";
const OTHER = "planted-secret-9876543210";
const JWT = {
  FLAME_JWT_JWKS_URL: "https://id.example/keys",
  FLAME_JWT_ISSUER: "https://id.example",
  FLAME_JWT_AUDIENCE: "flame",
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

describe("a right environment", () => {
  it("gives tenants their tokens, several to one, from the variable or a file", async () => {
    const value = `acme=${SECRET},globex=${OTHER},acme=with=equals=${SECRET}`;
    const tokens = [
      { tenant: "acme", token: SECRET },
      { tenant: "globex", token: OTHER },
      { tenant: "acme", token: `with=equals=${SECRET}` },
    ];
    expect(parseConfiguration({ FLAME_TENANT_TOKENS: value }).security.tenantTokens).toEqual(tokens);
    const file = join(await temporaryFolder(), "tokens");
    writeFileSync(file, `${value}\n`);
    expect(parseConfiguration({ FLAME_TENANT_TOKENS_FILE: file }).security.tenantTokens).toEqual(tokens);
  });

  it("names whose signed tokens are believed", () => {
    expect(parseConfiguration({ ...JWT, FLAME_JWT_TENANT_CLAIM: "org" }).security.jwt).toEqual({
      jwksUrl: "https://id.example/keys",
      issuer: "https://id.example",
      audience: "flame",
      tenantClaim: "org",
      userClaim: "sub",
    });
  });

  it("lists origins and limits", () => {
    const { security } = parseConfiguration({
      FLAME_CORS_ORIGINS: "https://app.example, http://localhost:3000",
      FLAME_ALLOWED_HOSTS: "agent.example, flame-dev-agent",
      FLAME_RATE_LIMIT_PER_MINUTE: "60",
      FLAME_RATE_LIMIT_BURST: "5",
      FLAME_TRUSTED_PROXIES: "1",
    });
    expect(security.corsOrigins).toEqual(["https://app.example", "http://localhost:3000"]);
    expect(security.allowedHosts).toEqual(["agent.example", "flame-dev-agent"]);
    expect(security.rateLimit).toEqual({ perMinute: 60, burst: 5, trustedProxies: 1 });
  });

  it("lists fallback models with their keys in order, and a collector", () => {
    const { operations } = parseConfiguration({
      FLAME_MODEL_FALLBACKS: "small@https://b.example/v1/,tiny@http://c.example:8080/v1,offline",
      FLAME_MODEL_FALLBACK_API_KEYS: `,${SECRET}`,
      FLAME_MODEL_INPUT_PRICE: "0.25",
      FLAME_OTLP_ENDPOINT: "http://collector:4318/",
      FLAME_OTLP_TOKEN: SECRET,
      FLAME_TRACE_PERCENT: "10",
    });
    expect(operations.modelCare).toMatchObject({
      fallbacks: [
        { kind: "openai-compatible", name: "small", baseUrl: "https://b.example/v1", apiKey: undefined },
        { kind: "openai-compatible", name: "tiny", baseUrl: "http://c.example:8080/v1", apiKey: SECRET },
        { kind: "offline", apiKey: undefined },
      ],
      inputPrice: 0.25,
    });
    expect(operations.traces).toEqual({ endpoint: "http://collector:4318", token: SECRET, percent: 10 });
  });
});

it("pauses before a retry never outlast a short turn", () => {
  const { operations } = parseConfiguration({ FLAME_TURN_MAX_SECONDS: "8" });
  expect(operations.modelCare.retrySeconds).toBe(8);
});

describe("a wrong environment is refused", () => {
  const tokens = (value: string) => ({ FLAME_TENANT_TOKENS: value });
  it.each([
    { why: "a tenant without a token", given: tokens("acme"), problem: /can't be read \(number 1\).*tenant=token/ },
    { why: "a weak token", given: tokens(`a=${SECRET},b=hunter2`), problem: /\(number 2\).*16 or more/ },
    { why: "a tenant that is everybody", given: tokens(`default=${SECRET}`), problem: /other than "default"/ },
    { why: "a tenant that would look like another's", given: tokens(`a:b=${SECRET}`), problem: /letters, digits/ },
    { why: "one token for two tenants", given: tokens(`a=${SECRET},b=${SECRET}`), problem: /holds one token twice/ },
    {
      why: "signed tokens for nobody",
      given: { ...JWT, FLAME_JWT_AUDIENCE: undefined },
      problem: /^FLAME_JWT_AUDIENCE: absent/,
    },
    {
      why: "signed tokens without keys",
      given: { FLAME_JWT_ISSUER: "x" },
      problem: /^FLAME_JWT_ISSUER: has no effect with no FLAME_JWT_JWKS_URL/,
    },
    { why: "a claim of nothing", given: { FLAME_JWT_TENANT_CLAIM: "x" }, problem: /^FLAME_JWT_TENANT_CLAIM: has no/ },
    {
      why: "a user's claim of nothing",
      given: { FLAME_JWT_USER_CLAIM: "x" },
      problem: /^FLAME_JWT_USER_CLAIM: has no/,
    },
    {
      why: "a host with a port",
      given: { FLAME_ALLOWED_HOSTS: "agent.example:443" },
      problem: /^FLAME_ALLOWED_HOSTS: "agent.example:443" is refused; allowed: names such as agent.example/,
    },
    {
      why: "a host in upper case",
      given: { FLAME_ALLOWED_HOSTS: "ok,Agent.example" },
      problem: /^FLAME_ALLOWED_HOSTS: "Agent.example" is refused/,
    },
    {
      why: "files of every host",
      given: { FLAME_FETCH_HOSTS: "*" },
      problem: /^FLAME_FETCH_HOSTS: "\*" is refused; allowed: hosts such as files.example/,
    },
    {
      why: "files of a host with a scheme",
      given: { FLAME_FETCH_HOSTS: "files.example,https://cdn.example" },
      problem: /^FLAME_FETCH_HOSTS: "https:\/\/cdn.example" is refused/,
    },
    {
      why: "files of a type that is none",
      given: { FLAME_FETCH_HOSTS: "files.example", FLAME_FETCH_TYPES: "image/*" },
      problem: /^FLAME_FETCH_TYPES: "image\/\*" is refused/,
    },
    {
      why: "a size of what isn't fetched",
      given: { FLAME_FETCH_MAX_KIB: "10" },
      problem: /^FLAME_FETCH_MAX_KIB: has no effect with no FLAME_FETCH_HOSTS/,
    },
    { why: "every origin", given: { FLAME_CORS_ORIGINS: "*" }, problem: /^FLAME_CORS_ORIGINS: "\*" is refused/ },
    {
      why: "an origin with a path",
      given: { FLAME_CORS_ORIGINS: "https://a.example,https://b.example/" },
      problem: /"https:\/\/b\.example\/" is refused.*without a path/,
    },
    { why: "no origin at all", given: { FLAME_CORS_ORIGINS: " " }, problem: /an origin, or several/ },
    {
      why: "a pause before no retry",
      given: { FLAME_MODEL_RETRIES: "0", FLAME_MODEL_RETRY_SECONDS: "5" },
      problem: /^FLAME_MODEL_RETRY_SECONDS: has no effect with FLAME_MODEL_RETRIES=0/,
    },
    {
      why: "a pause before a retry that no turn survives",
      given: { FLAME_TURN_MAX_SECONDS: "10", FLAME_MODEL_RETRY_SECONDS: "10" },
      problem: /^FLAME_MODEL_RETRY_SECONDS: "10" is no pause .*allowed: below 10; fix: lower it/,
    },
    {
      why: "a burst of no limit",
      given: { FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_RATE_LIMIT_BURST: "5" },
      problem: /^FLAME_RATE_LIMIT_BURST: has no effect/,
    },
    { why: "a price with a currency", given: { FLAME_MODEL_INPUT_PRICE: "$1" }, problem: /"\$1" is refused.*0\.25/ },
    {
      why: "a fallback with a key in its address",
      given: { FLAME_MODEL_FALLBACKS: `small@https://me:${SECRET}@b.example/v1` },
      problem: /"small@…" is refused; allowed: offline, or a model and its address/,
    },
    {
      why: "keys of no fallback",
      given: { FLAME_MODEL_FALLBACK_API_KEYS: SECRET },
      problem: /^FLAME_MODEL_FALLBACK_API_KEYS: has no effect/,
    },
    {
      why: "a share of no traces",
      given: { FLAME_TRACE_PERCENT: "5" },
      problem: /^FLAME_TRACE_PERCENT: has no effect/,
    },
    { why: "a token of no collector", given: { FLAME_OTLP_TOKEN: SECRET }, problem: /^FLAME_OTLP_TOKEN: has no/ },
  ])("for $why", ({ given, problem }) => {
    const problems = problemsOf(given);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
    expect(problems.join()).not.toMatch(/planted-secret|hunter2/);
  });

  it("for wrong tokens in a file, without telling them", async () => {
    const file = join(await temporaryFolder(), "tokens");
    writeFileSync(file, `acme=${SECRET},hunter2`);
    expect(problemsOf({ FLAME_TENANT_TOKENS_FILE: file })).toEqual([
      expect.stringMatching(/^FLAME_TENANT_TOKENS_FILE: what ".*tokens" holds has a pair.*\(number 2\)/),
    ]);
  });
});
