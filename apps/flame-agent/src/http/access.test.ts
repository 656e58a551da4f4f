import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

const TOKEN = "planted-token-0123456789";
let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_ACCESS_TOKEN: TOKEN });
});
afterAll(() => agent.stop());

describe("an agent with an access token", () => {
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
  ])("refuses a turn with $why", async ({ authorization }) => {
    const response = await agent.post("/turns", { message: "hi" }, { headers: authorization ? { authorization } : {} });
    expect([response.status, response.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect(await response.text()).not.toContain(TOKEN);
  });

  it("serves who has the token, on our routes and on Mastra's, and never logs it", async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await agent.post("/turns", { message: "hi" }, { headers })).status).toBe(200);
    expect((await agent.get("/api/agents", { headers })).status).toBe(200);
    expect(agent.log.join("")).not.toContain(TOKEN);
  });
});
