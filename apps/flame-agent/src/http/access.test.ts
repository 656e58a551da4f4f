import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { crampMemory } from "../testing/memory.ts";

const TOKEN = "planted-token-0123456789";
const ACME = "planted-acme-0123456789";
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

async function agentFor(variables: Record<string, string>) {
  const agent = await testAgent(variables);
  onTestFinished(async () => void (await agent.stop()));
  return agent;
}

describe("an agent with tokens", () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await testAgent({ FLAME_ACCESS_TOKEN: TOKEN, FLAME_TENANT_TOKENS: `acme=${ACME}` });
  });
  afterAll(() => agent.stop());

  it("lets anyone ask for its health", async () => {
    expect([await agent.status("/health"), await agent.status("/ready")]).toEqual([200, 200]);
  });

  it.each(["/metrics", "/api/agents", "/nothing", "/health/", "/ready?x=/health"])(
    "keeps %s closed unless it is open by name",
    async (path) => {
      expect(await agent.status(path)).toBe(path.startsWith("/ready?") ? 200 : 401);
    },
  );

  it.each([
    { why: "none", authorization: undefined },
    { why: "a wrong one", authorization: `Bearer ${TOKEN}x` },
    { why: "a prefix of it", authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { why: "another scheme", authorization: `Basic ${TOKEN}` },
    { why: "the bare token", authorization: TOKEN },
    { why: "three parts of nonsense", authorization: "Bearer a.b.c" },
  ])("refuses a turn with $why", async ({ authorization }) => {
    const response = await agent.post("/turns", { message: "hi" }, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await response.text()).not.toContain(TOKEN);
  });

  it("serves who has a token, on our routes and on Mastra's, and never logs it", async () => {
    for (const token of [TOKEN, ACME]) {
      expect((await agent.post("/turns", { message: "hi" }, bearer(token))).status).toBe(200);
      expect((await agent.get("/api/agents", bearer(token))).status).toBe(200);
    }
    expect(agent.log.join("")).not.toContain("planted-");
  });

  it("tells what concerns all tenants to the operator alone", async () => {
    expect((await agent.get("/metrics", bearer(TOKEN))).status).toBe(200);
    const refused = await agent.get("/metrics", bearer(ACME));
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { error: expect.stringMatching(/FLAME_ACCESS_TOKEN/) },
    ]);
  });
});

describe("a rate limit", () => {
  it("is each tenant's own, and says how long to wait", async () => {
    const agent = await agentFor({
      FLAME_ACCESS_TOKEN: TOKEN,
      FLAME_TENANT_TOKENS: `acme=${ACME}`,
      FLAME_RATE_LIMIT_PER_MINUTE: "6",
      FLAME_RATE_LIMIT_BURST: "2",
    });
    const status = async (token: string) => (await agent.get("/api/agents", bearer(token))).status;
    expect([await status(ACME), await status(ACME), await status(ACME)]).toEqual([200, 200, 429]);
    expect(await status(TOKEN)).toBe(200);
    const refused = await agent.get("/api/agents", bearer(ACME));
    expect([refused.headers.get("retry-after"), await refused.json()]).toEqual([
      expect.stringMatching(/^([1-9]|10)$/),
      { error: expect.stringMatching(/^Too many requests: 6 a minute are allowed, 2 at once; try again in \d+ s$/) },
    ]);
    expect(await agent.status("/health")).toBe(200);
  });

  const limit = { FLAME_RATE_LIMIT_PER_MINUTE: "1", FLAME_RATE_LIMIT_BURST: "2" };

  it("holds for an address where nobody says who they are, as the proxy in front tells it", async () => {
    const open = await agentFor({ ...limit, FLAME_TRUSTED_PROXIES: "1" });
    const from = async (address: string) =>
      (await open.get("/api/agents", { headers: { "x-forwarded-for": `1.2.3.4, ${address}` } })).status;
    expect([await from("10.0.0.1"), await from("10.0.0.1"), await from("10.0.0.1")]).toEqual([200, 200, 429]);
    expect(await from("10.0.0.2")).toBe(200);
    // Past the proxy there is no such header, and the connection's address counts.
    expect([await open.status("/api/agents"), await open.status("/api/agents"), await open.status("/x")]).toEqual([
      200, 200, 429,
    ]);
  });

  it("holds for tries with wrong tokens, whatever address they claim", async () => {
    const closed = await agentFor({ ...limit, FLAME_ACCESS_TOKEN: TOKEN });
    const attempt = async (address: string) =>
      (await closed.get("/api/agents", { headers: { authorization: "Bearer x", "x-forwarded-for": address } })).status;
    expect([await attempt("10.0.0.1"), await attempt("10.0.0.2"), await attempt("10.0.0.3")]).toEqual([401, 401, 429]);
    expect((await closed.get("/api/agents", bearer(TOKEN))).status).toBe(200);
  });
});

describe("keys of signed tokens that can't be had", () => {
  it("are no reason to call a token wrong", async () => {
    const agent = await agentFor({
      FLAME_JWT_JWKS_URL: "http://127.0.0.1:1/keys",
      FLAME_JWT_ISSUER: "https://id.example",
      FLAME_JWT_AUDIENCE: "flame",
    });
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    const token = `${part({ alg: "RS256", kid: "1" })}.${part({ tenant: "acme" })}.c2lnbmF0dXJl`;
    const response = await agent.get("/api/agents", bearer(token));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  });
});

describe("a page of another origin", () => {
  const preflight = (agent: TestAgent, origin: string) =>
    agent.get("/turns", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization" },
    });

  it("may call only where it is listed, also where a token is needed", async () => {
    const agent = await agentFor({ FLAME_CORS_ORIGINS: "https://app.example", FLAME_ACCESS_TOKEN: TOKEN });
    const allowed = await preflight(agent, "https://app.example");
    expect([allowed.status, allowed.headers.get("access-control-allow-origin")]).toEqual([204, "https://app.example"]);
    const refused = await preflight(agent, "https://evil.example");
    expect(refused.headers.get("access-control-allow-origin")).toBeNull();
    // What a page needs to come back to a turn, and to send a request again.
    expect(allowed.headers.get("access-control-allow-headers")).toMatch(/Idempotency-Key.*Last-Event-ID/i);
    const answer = await agent.get("/api/agents", {
      headers: { origin: "https://app.example", authorization: `Bearer ${TOKEN}` },
    });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(answer.headers.get("access-control-expose-headers")).toMatch(/Retry-After.*X-Resumable-Stream-Id/i);
  });

  it("may not call where none is listed", async () => {
    const agent = await agentFor({});
    const response = await preflight(agent, "https://app.example");
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  });

  it("learns from the headers that it may do nothing with an answer", async () => {
    const agent = await agentFor({});
    for (const path of ["/health", "/nothing", "/api/agents"]) {
      const { headers } = await agent.get(path);
      expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
      expect([headers.get("x-content-type-options"), headers.get("cache-control")]).toEqual(["nosniff", "no-store"]);
    }
    const turn = await agent.post("/turns", { message: "hi" });
    expect(turn.headers.get("x-content-type-options")).toBe("nosniff");
    await turn.text();
  });
});

describe("an agent with too much to do", () => {
  it("refuses requests for now, but tells how it fares", async () => {
    crampMemory();
    const agent = await agentFor({ FLAME_SHED_MEMORY_PERCENT: "1" });
    const response = await agent.post("/turns", { message: "hi" });
    expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([
      503,
      "2",
      { error: "This instance has too much to do (memory); try again", overload: "memory" },
    ]);
    const health: unknown = await (await agent.get("/health")).json();
    expect(health).toMatchObject({
      status: "degraded",
      problems: expect.arrayContaining(["requests are refused: memory"]),
    });
    expect(await agent.status("/ready")).toBe(200);
    expect(await agent.metrics()).toContain('flame_http_requests_refused_total{reason="overload"} 1');
  });
});
