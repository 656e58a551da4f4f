import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { parseEvents, readerOf, readRest, readUntil, textOf } from "../testing/client.ts";

/** A turn of four seconds, heartbeats each second, and a second of waiting, or as long as it takes. */
const PACE = {
  FLAME_RATE_LIMIT_PER_MINUTE: "0",
  FLAME_MODEL_TOKENS_PER_SECOND: "10",
  FLAME_TURN_HEARTBEAT_SECONDS: "1",
};
let patient: TestAgent;
let hasty: TestAgent;
beforeAll(async () => {
  patient = await testAgent(PACE);
  hasty = await testAgent({ ...PACE, FLAME_THREAD_WAIT_SECONDS: "2" });
});
afterAll(async () => {
  await patient.stop();
  await hasty.stop();
});

const parts = [{ type: "text", text: "count to 3" }];
const OWN = [
  { path: "/turns", body: (thread: string) => ({ message: "count to 3", thread, resource: "r" }) },
  { path: "/chat", body: (id: string) => ({ id, resource: "r", messages: [{ id: "1", role: "user", parts }] }) },
] as const;
const MASTRA = ["stream", "generate"].map((name) => ({
  path: `/api/agents/flame/${name}`,
  body: (thread: string) => ({
    messages: [{ role: "user", content: "count to 3" }],
    memory: { thread, resource: "r" },
  }),
}));

/** A thread in which a turn speaks. */
async function busyThread(agent: TestAgent): Promise<string> {
  const thread = crypto.randomUUID();
  const reader = readerOf(await agent.post("/turns", { message: "count to 40", thread, resource: "r" }));
  await readUntil(reader, /event: text\n.*\n\n/);
  void readRest(reader).catch(() => {});
  return thread;
}

describe("a turn that waits for its thread", () => {
  it.each(OWN)("on $path is heard of at once, has heartbeats, and is told whole", async ({ path, body }) => {
    const thread = await busyThread(patient);
    const start = performance.now();
    const response = await patient.post(path, body(thread));
    expect([response.status, performance.now() - start < 2_500]).toEqual([200, true]);
    const told = await readRest(readerOf(response));
    expect(told).toMatch(/^: waiting for the thread\n\n(: heartbeat\n\n)+(?:id|data|event): /);
    expect(told).toMatch(/event: end|"type":"finish"/);
  });

  it.each(OWN)("on $path and has it not in time is told so by its last event", async ({ path, body }) => {
    const thread = await busyThread(hasty);
    const told = await (await hasty.post(path, body(thread))).text();
    expect(told).toMatch(/^: waiting for the thread\n\n/);
    expect(told).toContain("Another turn runs in the thread");
    expect(textOf(parseEvents(told))).toBe("");
  });

  it.each(MASTRA)("on $path is refused before a heartbeat would be missed", async ({ path, body }) => {
    const thread = await busyThread(patient);
    const start = performance.now();
    const response = await patient.post(path, body(thread));
    expect([response.status, response.headers.get("retry-after")]).toEqual([409, expect.stringMatching(/^\d+$/)]);
    expect(performance.now() - start).toBeLessThan(2_500);
  });

  it("and whose client leaves is over when the other one is", async () => {
    const thread = await busyThread(hasty);
    const leaving = new AbortController();
    const response = await hasty.post("/turns", OWN[0].body(thread), { signal: leaving.signal });
    await readUntil(readerOf(response), ": waiting");
    leaving.abort();
    await expect
      .poll(async () => /^flame_turns_active (\d+)$/m.exec(await hasty.metrics())?.[1], { timeout: 15_000 })
      .toBe("0");
  });
});
