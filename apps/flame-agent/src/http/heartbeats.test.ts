import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { readerOf, readUntil } from "../testing/client.ts";

/** A model that takes every question and answers none. */
let silent: Server;
let agent: TestAgent;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  agent = await testAgent({
    FLAME_TURN_HEARTBEAT_SECONDS: "1",
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_NAME: "silent",
    FLAME_MODEL_BASE_URL: `http://127.0.0.1:${typeof address === "object" && address?.port}/v1`,
  });
});
afterAll(async () => {
  agent.hurry.abort();
  await agent.stop();
  silent.closeAllConnections();
  await new Promise((resolve) => silent.close(resolve));
});

const memory = { thread: "t", resource: "default" };
const WAYS: Readonly<Record<string, (leaving: AbortSignal) => Promise<Response>>> = {
  "POST /turns": (signal) => agent.post("/turns", { message: "hello" }, { signal }),
  "GET /turns/:id/events": async (signal) => {
    const begun = readerOf(await agent.post("/turns", { message: "hello" }, { signal }));
    const turn = /"turn":"([^"]+)"/.exec(await readUntil(begun, "event: start"))?.[1];
    return agent.get(`/turns/${turn}/events`, { signal });
  },
  "POST /api/agents/:agentId/stream": (signal) =>
    agent.post("/api/agents/flame/stream", { messages: [{ role: "user", content: "hello" }], memory }, { signal }),
  "POST /api/agents/:agentId/threads/subscribe": (signal) =>
    agent.post("/api/agents/flame/threads/subscribe", { threadId: "t", resourceId: "default" }, { signal }),
};

it.each(Object.keys(WAYS))("%s has heartbeats, one after the other, while nothing comes", async (way) => {
  const leaving = new AbortController();
  const response = await WAYS[way]?.(leaving.signal);
  expect(response?.headers.get("content-type")).toMatch(/^text\/event-stream/);
  if (!response) return;
  const reader = readerOf(response);
  for (let heartbeat = 0; heartbeat < 2; heartbeat += 1) await readUntil(reader, ": heartbeat\n\n");
  leaving.abort();
});
