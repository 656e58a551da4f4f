import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Database } from "../database/index.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readEvents, readerOf, readRest, readUntil } from "../testing/client.ts";
import { testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";

const Said = z.object({ messages: z.array(z.object({ role: z.string() })) });

let database: Database;
let agent: TestAgent;
beforeAll(async () => {
  database = await testDatabase();
  // It is given its database; that none other is made for it is said here.
  agent = await testAgent(
    { FLAME_DATABASE: "embedded", FLAME_MODEL_TOKENS_PER_SECOND: "40", FLAME_CACHE_TTL_SECONDS: "0" },
    async () => database,
  );
});
afterAll(() => agent.stop());

/** Another instance, which isn't there any more, takes the thread from whoever has it. */
const steal = (thread: string) =>
  database.pool.query("update flame.thread_leases set holder = $2, instance = $2 where thread = $1", [
    thread,
    randomUUID(),
  ]);
const rolesIn = async (thread: string) => {
  const listed = await agent.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=default`);
  return Said.parse(await listed.json()).messages.map(({ role }) => role);
};

describe("a turn whose thread another one takes in its middle", () => {
  it("writes nothing more, tells its client so, and can be taken up again", async () => {
    const reader = readerOf(await agent.post("/turns", { message: "count to 20", thread: "taken" }));
    const seen = await readUntil(reader, "event: text");
    await steal("taken");
    const events = parseEvents(seen + (await readRest(reader)));
    expect(events.at(-1)).toEqual({ event: "error", data: expect.objectContaining({ code: "interrupted" }) });
    expect(await rolesIn("taken")).toEqual([]);

    const start = events[0]?.data;
    const turn = isRecord(start) ? String(start.turn) : "";
    expect(await (await agent.get(`/turns/${turn}`)).json()).toMatchObject({ state: "interrupted", resumable: true });
    const resumed = await readEvents(await agent.post(`/turns/${turn}/resume`, undefined));
    expect(resumed.at(-1)?.event).toBe("end");
    expect(await rolesIn("taken")).toEqual(["user", "assistant"]);
  });

  it("writes nothing more by Mastra's own route either, whose client isn't told an end", async () => {
    const body = { messages: "count to 20", memory: { thread: "mastra", resource: "default" } };
    const reader = readerOf(await agent.post("/api/agents/flame/stream", body));
    const seen = await readUntil(reader, "text-delta");
    await steal("mastra");
    const told = seen + (await readRest(reader));
    expect(told).toMatch(/"type":"error".*Another turn took the thread/);
    expect(told).not.toContain('"type":"finish"');
    const generated = agent.post("/api/agents/flame/generate", {
      ...body,
      memory: { thread: "generated", resource: "default" },
    });
    await until("it has the thread", async () => (await steal("generated")).rowCount === 1);
    const answer = await generated;
    expect([answer.status, await answer.text()]).toEqual([409, expect.stringMatching(/took the thread/)]);
    expect(await rolesIn("generated")).toEqual([]);

    const kept = await agent.post("/api/agents/flame/stream", body);
    expect(await kept.text()).toMatch(/"type":"finish".*\[DONE\]/s);
    expect(await rolesIn("mastra")).toEqual(["user", "assistant"]);
  });
});
