import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

const asJson = (method: string, body?: unknown): RequestInit => ({
  method,
  ...(body !== undefined && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
});

/** Bodies that the routes would take of an agent that is there. */
const BODIES: Readonly<Record<string, unknown>> = {
  "POST /api/agents/:agentId/generate": { messages: "hi" },
  "POST /api/agents/:agentId/stream": { messages: "hi" },
  "POST /api/agents/:agentId/send-message": { message: "hi", threadId: "there" },
  "POST /api/agents/:agentId/queue-message": { message: "hi", threadId: "there" },
  "POST /api/agents/:agentId/threads/abort": { threadId: "there" },
  "POST /api/agents/:agentId/threads/subscribe": { threadId: "there" },
  "POST /api/memory/threads": { threadId: "new" },
  "PATCH /api/memory/threads/:threadId": { title: "x" },
};

describe.each(["constructor", "__proto__", "toString", "hasOwnProperty", "nosuch", "flame "])("an agent %j", (name) => {
  it("isn't there, on every route that takes its name", async () => {
    const routes = agent.routes.filter(({ path }) => /^\/api\/(agents\/:|memory)/.test(path));
    expect(routes.length).toBeGreaterThan(12);
    for (const { method, path } of routes) {
      const named = path.replace(":agentId", encodeURIComponent(name)).replace(":threadId", "there");
      const query = path.includes(":agentId") ? "" : `?agentId=${encodeURIComponent(name)}`;
      const response = await agent.get(`${named}${query}`, asJson(method, BODIES[`${method} ${path}`]));
      expect([method, path, response.status, await response.json()]).toEqual([
        method,
        path,
        404,
        { error: expect.stringContaining("allowed: flame") },
      ]);
    }
  });
});
