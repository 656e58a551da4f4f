import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { parseEvents, readEvents, readerOf, readRest, readUntil } from "../testing/client.ts";
import { lastingDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { POSTGRESQL_URL } from "../testing/postgresql.ts";

/** Ten seconds for a hundred words, so that a turn which ends before was stopped; and a minute to come back. */
const SLOW = {
  FLAME_RATE_LIMIT_PER_MINUTE: "0",
  FLAME_MODEL_TOKENS_PER_SECOND: "10",
  FLAME_TURN_RECONNECT_SECONDS: "60",
  FLAME_THREAD_WAIT_SECONDS: "60",
};
const COUNT = "count to 100";

const Turns = z.object({ turns: z.array(z.looseObject({ id: z.string(), state: z.string() })) });

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent(SLOW);
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const said = (text: string, id: string) => ({
  id,
  messages: [{ role: "user", parts: [{ type: "text", text }] }],
});
const stop = async (at: TestAgent, thread: string) =>
  (await at.post("/api/agents/flame/threads/abort", { threadId: thread, resourceId: "default" })).json();
const turnsOf = async (thread: string, at = agent) =>
  Turns.parse(await (await at.get(`/turns?thread=${thread}`)).json()).turns;
const ended = async (outcome: string, at = agent) =>
  Number(new RegExp(`flame_turns_total\\{[^}]*outcome="${outcome}"[^}]*\\} (\\d+)`).exec(await at.metrics())?.[1] ?? 0);

describe("a turn that its client stops by its thread", () => {
  it.each([
    { path: "/turns", body: (thread: string) => ({ message: COUNT, thread }), first: /event: text/ },
    { path: "/chat", body: (thread: string) => said(COUNT, thread), first: /"text-delta"/ },
  ])("of $path is cancelled, and counted as stopped", async ({ path, body, first }) => {
    const thread = crypto.randomUUID();
    const before = await ended("client-left");
    const reader = readerOf(await agent.post(path, body(thread)));
    await readUntil(reader, first);
    expect(await stop(agent, thread)).toEqual({ aborted: true });
    const rest = parseEvents(await readRest(reader));
    if (path === "/chat")
      expect(rest).toContainEqual(expect.objectContaining({ data: expect.objectContaining({ type: "abort" }) }));
    else expect(rest.at(-1)).toMatchObject({ event: "error", data: { code: "client-left" } });
    expect(await turnsOf(thread)).toMatchObject([{ state: "cancelled" }]);
    await until("it is counted", async () => (await ended("client-left")) === before + 1);
    expect(await stop(agent, thread)).toEqual({ aborted: false });
  });

  it("is another's where somebody else says so, and goes on", async () => {
    const thread = crypto.randomUUID();
    const reader = readerOf(await agent.post("/turns", { message: "count to 20", thread }));
    await readUntil(reader, /event: text/);
    const refused = await agent.post("/api/agents/flame/threads/abort", { threadId: thread, resourceId: "mallory" });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(parseEvents(await readRest(reader)).at(-1)?.event).toBe("end");
  });
});

describe("a new message in a chat", () => {
  it("stops the turn that its reader has left, and is answered at once", async () => {
    const thread = crypto.randomUUID();
    const leaving = new AbortController();
    const reader = readerOf(await agent.post("/chat", said(COUNT, thread), { signal: leaving.signal }));
    await readUntil(reader, /"text-delta"/);
    leaving.abort();
    const answer = await (await agent.post("/chat", said("What is 6 * 7?", thread))).text();
    expect(answer).toContain("42");
    expect((await turnsOf(thread)).map(({ state }) => state)).toEqual(["completed", "cancelled"]);
  });

  it("waits for the turn that somebody follows", async () => {
    const thread = crypto.randomUUID();
    const reader = readerOf(await agent.post("/chat", said("count to 20", thread)));
    await readUntil(reader, /"text-delta"/);
    const answer = agent.post("/chat", said("What is 6 * 7?", thread)).then((response) => response.text());
    expect(await readRest(reader)).toContain('"finishReason":"stop"');
    expect(await answer).toContain("42");
    expect((await turnsOf(thread)).map(({ state }) => state)).toEqual(["completed", "completed"]);
  });

  it("waits for the turn of an approval, which goes on whoever follows", async () => {
    const thread = crypto.randomUUID();
    const asked = await readEvents(await agent.post("/turns", { message: 'Send "hi" to ada', thread }));
    const { id } = z.looseObject({ id: z.string() }).parse(asked.find(({ event }) => event === "approval")?.data);
    const leaving = new AbortController();
    const decided = agent.post(`/approvals/${id}/approve`, {}, { signal: leaving.signal });
    const reader = readerOf(await decided);
    await readUntil(reader, /event: /);
    leaving.abort();
    expect(await (await agent.post("/chat", said("What is 6 * 7?", thread))).text()).toContain("42");
    expect((await turnsOf(thread)).map(({ state }) => state)).toEqual(["completed", "completed"]);
  });
});

/** Several agents at once have one database only where that is a server. */
describe.runIf(POSTGRESQL_URL)("on two instances", () => {
  const two = async () => {
    const open = await lastingDatabase();
    const agents = [await testAgent(SLOW, open), await testAgent(SLOW, open)] as const;
    onTestFinished(async () => {
      for (const one of agents) one.hurry.abort();
      await Promise.all(agents.map((one) => one.stop()));
    });
    return agents;
  };

  it.each([
    { path: "/turns", body: (thread: string) => ({ message: COUNT, thread }), first: /event: text/ },
    {
      path: "/api/agents/flame/stream",
      body: (thread: string) => ({ messages: COUNT, memory: { thread, resource: "default" } }),
      first: /"text-delta"/,
    },
  ])("a turn of $path is stopped through the one that doesn't run it", async ({ path, body, first }) => {
    const [one, other] = await two();
    const thread = crypto.randomUUID();
    const before = await ended("client-left", one);
    const reader = readerOf(await one.post(path, body(thread)));
    await readUntil(reader, first);
    expect(await stop(other, thread)).toEqual({ aborted: true });
    expect(await readRest(reader)).not.toContain(' 99"');
    await until("it is counted", async () => (await ended("client-left", one)) === before + 1);
    if (path === "/turns") expect(await turnsOf(thread, other)).toMatchObject([{ state: "cancelled" }]);
  });

  it("a new message in a chat stops the turn that its reader has left", async () => {
    const [one, other] = await two();
    const thread = crypto.randomUUID();
    const leaving = new AbortController();
    const reader = readerOf(await one.post("/chat", said(COUNT, thread), { signal: leaving.signal }));
    await readUntil(reader, /"text-delta"/);
    leaving.abort();
    expect(await (await other.post("/chat", said("What is 6 * 7?", thread))).text()).toContain("42");
    expect((await turnsOf(thread, other)).map(({ state }) => state)).toEqual(["completed", "cancelled"]);
  });
});
