import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { atEndOfSuite } from "../testing/at-end.ts";
import { callingModel } from "../testing/calling-model.ts";
import { isRecord, parseEvents } from "../testing/client.ts";
import { lastingDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { POSTGRESQL_URL } from "../testing/postgresql.ts";

const atEnd = atEndOfSuite();
let variables: Readonly<Record<string, string>>;
let agent: TestAgent;
beforeAll(async () => {
  const model = await callingModel((said) => {
    const [, to] = /send to (\S+)/.exec(said) ?? [];
    return to === undefined ? [] : [{ id: crypto.randomUUID(), name: "send_message", input: { to, text: "hello" } }];
  }, atEnd);
  variables = { ...model.variables, FLAME_RATE_LIMIT_PER_MINUTE: "0" };
  agent = await testAgent(variables);
});
afterAll(() => agent.stop());

const Turns = z.object({ turns: z.array(z.looseObject({ id: z.string(), state: z.string() })) });
const Messages = z.object({ messages: z.array(z.looseObject({ role: z.string(), content: z.unknown() })) });

const eventsOf = async (response: Promise<Response>) =>
  parseEvents(await (await response).text()).flatMap(({ event, data }) => (isRecord(data) ? [{ event, data }] : []));
const turnsOf = async (thread: string, at = agent) =>
  Turns.parse(await (await at.get(`/turns?thread=${thread}&resource=r`)).json()).turns.map(({ state }) => state);
const messagesOf = async (thread: string, at = agent) => {
  const answer = await at.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=r`);
  return Messages.parse(await answer.json()).messages;
};

/** A thread whose turn waits for an approval, and that one's id. */
async function waitingThread(at = agent) {
  const thread = crypto.randomUUID();
  const events = await eventsOf(at.post("/turns", { message: `send to ${thread}@x.org`, thread, resource: "r" }));
  const approval = events.find(({ event }) => event === "approval")?.data.id;
  expect(await turnsOf(thread, at)).toEqual(["waiting"]);
  return { thread, approval: String(approval) };
}

const approve = (approval: string, at = agent) => eventsOf(at.post(`/approvals/${approval}/approve`, undefined));
const say = (route: string, thread: string, at = agent) =>
  at.post(`/api/agents/flame/${route}`, { message: "What now?", threadId: thread, resourceId: "r" });

/** What a turn that was approved tells in the end. */
async function expectWhole(approval: string): Promise<void> {
  const events = await approve(approval);
  expect(events.filter(({ event }) => event === "text").map(({ data }) => data.delta)).toEqual(["done"]);
  expect(events.at(-1)).toMatchObject({ event: "end", data: { finishReason: "stop" } });
}

describe("a thread whose turn waits for an approval", () => {
  it("has nothing to stop, and the decision is carried through", async () => {
    const { thread, approval } = await waitingThread();
    const stopped = await agent.post("/api/agents/flame/threads/abort", { threadId: thread, resourceId: "r" });
    expect(await stopped.json()).toEqual({ aborted: false });
    await expectWhole(approval);
    expect(await turnsOf(thread)).toEqual(["completed"]);
  });

  it.each(["send-message", "queue-message"])("takes no message of %s, says why, and holds up nobody", async (route) => {
    const { thread, approval } = await waitingThread();
    const answer = await say(route, thread);
    expect([answer.status, await answer.json()]).toEqual([
      409,
      { error: expect.stringMatching(/waits for a decision.*POST \/approvals\//) },
    ]);
    await until("no turn is counted", async () =>
      / 0$/m.test((await agent.metrics()).match(/flame_turns_active.*/g)?.at(-1) ?? ""),
    );
    await expectWhole(approval);
  });

  it("that has expired is gone on in by a turn", { timeout: 90_000 }, async () => {
    const hasty = await testAgent({ ...variables, FLAME_APPROVAL_TTL_SECONDS: "2" });
    try {
      const { thread } = await waitingThread(hasty);
      await until("it has expired", async () => (await turnsOf(thread, hasty))[0] === "failed", 40_000);
      await expectTakenByTurnsAlone(thread, hasty);
    } finally {
      await hasty.stop();
    }
  });
});

/** No message gets lost in a thread whose run stands here: it is refused, with what is to be done, and that works. */
async function expectTakenByTurnsAlone(thread: string, at: TestAgent): Promise<void> {
  for (const route of ["send-message", "queue-message"]) {
    const refused = await say(route, thread, at);
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("in a turn of its own")]);
    const events = await eventsOf(at.post("/turns", { message: "go on", thread, resource: "r" }));
    expect(events.at(-1)?.event).toBe("end");
  }
}

it.runIf(POSTGRESQL_URL)("so is one whose decision was taken on another instance", async () => {
  const open = await lastingDatabase();
  const [first, second] = [await testAgent(variables, open), await testAgent(variables, open)];
  try {
    const { thread, approval } = await waitingThread(first);
    expect((await approve(approval, second)).at(-1)?.event).toBe("end");
    await expectTakenByTurnsAlone(thread, first);
    expect((await say("send-message", thread, second)).status).toBe(200);
    await until("it is answered", async () => (await messagesOf(thread, second)).at(-1)?.role === "assistant", 20_000);
  } finally {
    await first.stop();
    await second.stop();
  }
});
