import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { until } from "../testing/folder.ts";

let agent: TestAgent;
beforeAll(async () => {
  // Three seconds for thirty words.
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MODEL_TOKENS_PER_SECOND: "10" });
});
afterAll(() => agent.stop());

/** A turn that nobody follows goes on to its end. */
const BOUND_MILLISECONDS = 20_000;

const messages = [{ role: "user", content: "count to 30" }];
const memory = () => ({ thread: crypto.randomUUID(), resource: "r" });
const parts = [{ type: "text", text: "count to 30" }];
const ROUTES = [
  { path: "/turns", body: () => ({ message: "count to 30", resource: "r" }) },
  {
    path: "/chat",
    body: () => ({ id: crypto.randomUUID(), resource: "r", messages: [{ id: "1", role: "user", parts }] }),
  },
  { path: "/api/agents/flame/stream", body: () => ({ messages, memory: memory() }) },
  { path: "/api/agents/flame/generate", body: () => ({ messages, memory: memory() }) },
  { path: "/api/agents/flame/threads/subscribe", body: () => ({ threadId: crypto.randomUUID(), resourceId: "r" }) },
] as const;

it.each(ROUTES)("a client that leaves $path is no error in the log", async ({ path, body }) => {
  const before = agent.log.length;
  const leaving = new AbortController();
  const asked = agent.post(path, body(), { signal: leaving.signal }).then((response) => response.text());
  const running = async () => /^flame_turns_active (\d+)$/m.exec(await agent.metrics())?.[1];
  const open = async () => (await running()) === "1" || path.endsWith("subscribe");
  await until("it runs", open);
  leaving.abort();
  await expect(asked).rejects.toThrow();
  const ended = () =>
    agent.log
      .slice(before)
      .some((line) => line.includes('"msg":"request"') && line.includes(path.split("/").at(-1) ?? ""));
  await until("it is over, and logged", async () => (await running()) === "0" && ended(), BOUND_MILLISECONDS);
  const errors = agent.log.slice(before).filter((line) => Number(JSON.parse(line).level) >= 50);
  expect(errors).toEqual([]);
});

it("a client that leaves while documents are learnt is no error in the log, and the others' are learnt", async () => {
  const before = agent.log.length;
  const leaving = new AbortController();
  const content = "A heron fishes where the water is shallow. ".repeat(4_000);
  const learn = (id: string, init: RequestInit = {}) => agent.post("/documents", { id, content }, init);
  const left = ["a", "b", "c"].map((id) => learn(id, { signal: leaving.signal }));
  await until("it is busy with one", async () => (await agent.status("/documents/a")) === 404);
  leaving.abort();
  await Promise.all(left.map((one) => expect(one).rejects.toThrow()));
  expect((await learn("d")).status).toBe(201);
  const logged = () =>
    agent.log.slice(before).filter((line) => line.includes('"msg":"request"') && line.includes('"POST"'));
  await until("all are over", () => logged().length === 4, BOUND_MILLISECONDS);
  expect(agent.log.slice(before).filter((line) => Number(JSON.parse(line).level) >= 50)).toEqual([]);
});
