import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readEvents, readerOf, readRest, readUntil, textOf } from "../testing/client.ts";
import { lastingDatabase } from "../testing/database.ts";

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
/** What tells of a turn that was taken before. */
const FOLLOWING = [
  { path: (thread: string) => `/chat/${thread}/stream?resource=r` },
  { path: (_: string, turn: string) => `/turns/${turn}/events?resource=r` },
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
    expect(told).toMatch(/^: waiting\n\n(: heartbeat\n\n)+(?:id|data|event): /);
    expect(told).toMatch(/event: end|"type":"finish"/);
  });

  it.each(OWN)("on $path and has it not in time is told so by its last event", async ({ path, body }) => {
    const thread = await busyThread(hasty);
    const told = await (await hasty.post(path, body(thread))).text();
    expect(told).toMatch(/^: waiting\n\n/);
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

describe("a stream whose database has much to do for others", () => {
  /** An agent whose database's connections are all taken until a test gives them back. */
  async function busy(work: (agent: TestAgent, take: () => Promise<() => void>) => Promise<void>) {
    const open = await lastingDatabase();
    const opened = Promise.withResolvers<Awaited<ReturnType<typeof open>>>();
    const agent = await testAgent(PACE, async () => {
      const database = await open();
      opened.resolve(database);
      return database;
    });
    const { pool } = await opened.promise;
    try {
      await work(agent, async () => {
        const taken = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()));
        return () => {
          for (const connection of taken) connection.release();
        };
      });
    } finally {
      await agent.stop();
    }
  }

  it.each(OWN)("of $path is heard of at once, and told whole when that is done", async ({ path, body }) => {
    await busy(async (agent, take) => {
      const giveBack = await take();
      const response = await agent.post(path, body(crypto.randomUUID()));
      const reader = readerOf(response);
      const begun = await readUntil(reader, ": heartbeat");
      giveBack();
      expect(begun + (await readRest(reader))).toMatch(/^: waiting\n\n(: heartbeat\n\n)+(?:id|data|event): /);
    });
  });

  it.each(FOLLOWING)("that follows a turn is heard of at once, and told whole when that is done", async ({ path }) => {
    await busy(async (agent, take) => {
      const thread = crypto.randomUUID();
      const [start] = await readEvents(await agent.post("/turns", { message: "count to 3", thread, resource: "r" }));
      const turn = isRecord(start?.data) ? String(start.data.turn) : "";
      const giveBack = await take();
      const reader = readerOf(await agent.get(path(thread, turn)));
      const begun = await readUntil(reader, ": heartbeat");
      giveBack();
      expect(begun + (await readRest(reader))).toMatch(/event: end|"type":"finish"/);
    });
  });
});
