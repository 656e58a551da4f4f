import { randomUUID } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import type { Database } from "../database/index.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import {
  isRecord,
  readEvents,
  readerOf,
  readRest,
  readUntil,
  type StreamEvent,
  stepsOf,
  textOf,
} from "../testing/client.ts";
import { lastingDatabase, onDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { newPostgresql, POSTGRESQL_URL } from "../testing/postgresql.ts";

type Open = () => Promise<Database>;

async function agentOn(variables: Record<string, string>, open?: Open): Promise<TestAgent> {
  const agent = await testAgent(variables, open);
  onTestFinished(async () => {
    agent.hurry.abort();
    await agent.stop();
  });
  return agent;
}

const SEND = 'Can you send "hello" to ada@example.com?';
/** One whose answer is kept for others. */
const QUESTION = "Who wrote the famous book about Atlantis?";
const ANSWER = `You said "${QUESTION}". That is message 1 of yours that I see in this thread. I can calculate, work with dates, remember what you tell me and count.`;
/** What a killed process leaves in its turn's record. */
const ORPHAN = "update flame.turns set state = 'running', instance = gen_random_uuid()";
const dataOf = (events: readonly StreamEvent[], name: string) => {
  const data = events.find(({ event }) => event === name)?.data;
  return isRecord(data) ? data : {};
};
const bodyOf = async (agent: TestAgent, path: string): Promise<unknown> => (await agent.get(path)).json();
/** Who said what in a thread. */
const saidIn = async (agent: TestAgent, thread: string): Promise<readonly string[]> => {
  const path = `/api/memory/threads/${thread}/messages?agentId=flame&resourceId=default`;
  const { messages } = z.object({ messages: z.array(Said) }).parse(await bodyOf(agent, path));
  return messages.map(({ role, content }) => `${role}: ${content.parts.map(({ text }) => text ?? "").join("")}`);
};
const Said = z.object({
  role: z.string(),
  content: z.object({ parts: z.array(z.object({ text: z.string().optional() })) }),
});
const resume = async (agent: TestAgent, turn: string) => {
  const response = await agent.post(`/turns/${turn}/resume`, undefined);
  expect(response.status).toBe(200);
  return readEvents(response);
};

describe("a turn that the shutdown stopped", () => {
  it("is told as interrupted by the next process, which resumes it once, with one message of the user", async () => {
    const open = await lastingDatabase();
    const first = await agentOn({ FLAME_MODEL_TOKENS_PER_SECOND: "20" }, open);
    const reader = readerOf(await first.post("/turns", { message: "count to 60", thread: "t" }));
    const seen = await readUntil(reader, '" 2"');
    const turn = /"turn":"([^"]+)"/.exec(seen)?.[1] ?? "";
    first.hurry.abort();
    await first.stop();
    expect(await readRest(reader)).toContain("shut-down");

    const second = await agentOn({}, open);
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "interrupted", resumable: true, attempt: 1 });
    const events = await resume(second, turn);
    expect(dataOf(events, "start")).toEqual({ turn, thread: "t", resource: "default" });
    expect(textOf(events)).toContain(" 60");
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "completed", attempt: 2 });
    expect((await second.post(`/turns/${turn}/resume`, undefined)).status).toBe(409);
    expect(await saidIn(second, "t")).toEqual(["user: count to 60", `assistant: ${textOf(events)}`]);
    // Others read both questions the same way.
    await second.turn("count to 60", "other");
    expect(await questionIn(second, "t")).toEqual(await questionIn(second, "other"));
  });
});

/** What the store keeps of a thread's first question, but for its time. */
async function questionIn(agent: TestAgent, thread: string): Promise<unknown> {
  const body: unknown = await bodyOf(agent, `/api/memory/threads/${thread}/messages?agentId=flame`);
  if (!isRecord(body) || !Array.isArray(body.messages)) throw new Error("no messages");
  const text = JSON.stringify(body.messages[0].content);
  return JSON.parse(text.replace(/"createdAt":\d+/g, '"createdAt":0'));
}

describe("a process that was killed", () => {
  it.each([
    { thread: "a new thread", said: [], cache: "hit" },
    { thread: "one where something was said", said: ["My name is Ada."], cache: "miss" },
  ])("leaves its running turn in $thread interrupted, and the next process resumes it", async ({ said, cache }) => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    for (const message of said) await first.ask(message, "t");
    await first.stop();
    const turn = randomUUID();
    await onDatabase(open, ({ pool }) =>
      pool.query(
        `insert into flame.turns (id, tenant, thread, resource, message, state, instance, run)
         values ($1, 'default', 't', 'default', $2, 'running', gen_random_uuid(), $1::uuid::text)`,
        [turn, QUESTION],
      ),
    );
    const agent = await agentOn({}, open);
    expect(await bodyOf(agent, `/turns/${turn}`)).toMatchObject({ state: "interrupted", resumable: true });
    const events = await resume(agent, turn);
    expect(textOf(events)).toBe(ANSWER.replace("message 1", `message ${said.length + 1}`));
    expect(stepsOf(events)).toMatchObject({ cache: "miss", generation: "done" });
    // Its answer is kept for others where nothing that was said before can be in it.
    expect(stepsOf(await agent.turn(QUESTION))).toMatchObject({ cache });
  });

  it("leaves a turn that waits as it is: another process takes the approval and goes on", async () => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    const suspended = await first.turn(SEND);
    await first.stop();
    const second = await agentOn({}, open);
    const turn = String(dataOf(suspended, "start").turn);
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "waiting" });
    const approval = dataOf(suspended, "approval").id;
    const events = await readEvents(await second.post(`/approvals/${approval}/approve`, undefined));
    expect(textOf(events)).toBe("The message to ada@example.com is sent.");
    expect(await bodyOf(second, "/outbox")).toMatchObject({ messages: [{ recipient: "ada@example.com" }] });
  });

  it.each([
    { decision: "approved", moment: "before its effect", answer: "The message to ada@example.com is sent.", sent: 1 },
    { decision: "approved", moment: "after its effect", answer: "The message to ada@example.com is sent.", sent: 1 },
    { decision: "rejected", moment: "before the model was told", answer: "Not to strangers.", sent: 0 },
  ])("goes on when it was $decision and killed $moment, with nothing left but what was committed", async (given) => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    const suspended = await first.turn(SEND, "t");
    await first.stop();
    const turn = String(dataOf(suspended, "start").turn);

    // What a process leaves that is killed behind the end of Mastra's run: its snapshots are gone by then.
    await onDatabase(open, async ({ pool }) => {
      await pool.query("update flame.approvals set state = $1, reason = $2, decided_at = now()", [
        given.decision,
        given.decision === "rejected" ? given.answer : null,
      ]);
      await pool.query(ORPHAN);
      await pool.query("delete from mastra_workflow_snapshot");
      if (given.moment === "after its effect")
        await pool.query(
          `insert into flame.outbox (tenant, run, tool_call, recipient, body)
           select tenant, run, tool_call, input ->> 'to', input ->> 'text' from flame.approvals`,
        );
    });

    const second = await agentOn({}, open);
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "interrupted", resumable: true });
    const events = await resume(second, turn);
    expect(textOf(events)).toBe(given.answer);
    // Somebody else's answer would say nothing of what this turn did.
    expect(stepsOf(events)).toMatchObject({ cache: "skipped", generation: "done" });
    const outbox = await bodyOf(second, "/outbox");
    expect(isRecord(outbox) && outbox.messages).toHaveLength(given.sent);
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "completed" });
    expect(await saidIn(second, "t")).toEqual([`user: ${SEND}`, `assistant: ${given.answer}`]);
    expect(await second.ask("What did I ask you?", "t")).not.toBe("");
  });

  it.each([
    { message: SEND, answer: "The message to ada@example.com is sent.", said: 3 },
    { message: "What is 6 * 7?", answer: "6 * 7 = 42", said: 2 },
    { message: QUESTION, answer: ANSWER, said: 2 },
  ])("tells again what it had said and noted: $message", async ({ message, answer, said }) => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    const events = await first.turn(message, "t");
    const approval = dataOf(events, "approval").id;
    if (approval !== undefined) await readEvents(await first.post(`/approvals/${approval}/approve`, undefined));
    await first.stop();
    const turn = String(dataOf(events, "start").turn);
    await onDatabase(open, ({ pool }) => pool.query(ORPHAN));

    const second = await agentOn({}, open);
    const again = await resume(second, turn);
    expect(textOf(again)).toBe(answer);
    expect(stepsOf(again)).toMatchObject({ cache: "skipped", generation: "skipped" });
    expect(again.at(-1)).toMatchObject({ event: "end", data: { finishReason: "stop" } });
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "completed", attempt: approval ? 3 : 2 });
    expect(await saidIn(second, "t")).toHaveLength(said);
    const outbox = await bodyOf(second, "/outbox");
    expect(isRecord(outbox) && outbox.messages).toHaveLength(approval ? 1 : 0);
  });

  it("leaves a call that nobody was asked about: the turn begins anew and asks once", async () => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    const suspended = await first.turn(SEND, "t");
    await first.stop();
    await onDatabase(open, async ({ pool }) => {
      await pool.query("delete from flame.approvals");
      await pool.query("update flame.turns set state = 'running', instance = gen_random_uuid()");
    });
    const second = await agentOn({}, open);
    const again = await resume(second, String(dataOf(suspended, "start").turn));
    expect(again.at(-1)).toMatchObject({ data: { finishReason: "suspended" } });
    const approved = await second.post(`/approvals/${dataOf(again, "approval").id}/approve`, undefined);
    const answer = "The message to ada@example.com is sent.";
    expect(textOf(await readEvents(approved))).toBe(answer);
    expect(await saidIn(second, "t")).toEqual([`user: ${SEND}`, "assistant: ", `assistant: ${answer}`]);
  });
});

describe("a turn that the shutdown stopped behind a decision", () => {
  it("can be resumed as any other, and its message is sent once", async () => {
    const open = await lastingDatabase();
    const first = await agentOn({}, open);
    const suspended = await first.turn(SEND, "t");
    await first.stop();
    const slow = await agentOn({ FLAME_MODEL_TOKENS_PER_SECOND: "2" }, open);
    const turn = String(dataOf(suspended, "start").turn);
    const reader = readerOf(await slow.post(`/approvals/${dataOf(suspended, "approval").id}/approve`, undefined));
    await readUntil(reader, "event: text");
    slow.hurry.abort();
    await slow.stop();
    expect(await readRest(reader)).toContain("shut-down");

    const second = await agentOn({}, open);
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "interrupted", resumable: true });
    expect(textOf(await resume(second, turn))).toBe("The message to ada@example.com is sent.");
    expect(await bodyOf(second, "/outbox")).toMatchObject({ messages: [{ recipient: "ada@example.com" }] });
    expect(await bodyOf(second, `/turns/${turn}`)).toMatchObject({ state: "completed" });
    expect(await saidIn(second, "t")).toHaveLength(3);
  });
});

describe("an approval that nobody gives", () => {
  it("expires: it is refused with 410, and its turn fails", async () => {
    const agent = await agentOn({ FLAME_APPROVAL_TTL_SECONDS: "1" });
    const suspended = await agent.turn(SEND);
    const approval = dataOf(suspended, "approval").id;
    const { expiresAt } = dataOf(suspended, "approval");
    await until("the approval is too old", () => Date.now() > Date.parse(String(expiresAt)));
    const response = await agent.post(`/approvals/${approval}/approve`, undefined);
    expect([response.status, await response.json()]).toEqual([
      410,
      { error: expect.stringMatching(/expired already/), state: "expired" },
    ]);
    expect(await bodyOf(agent, "/outbox")).toEqual({ messages: [] });
  });
});

describe.skipIf(!POSTGRESQL_URL)("two instances on one PostgreSQL", () => {
  it("take one decision between them, and either goes on with the other's turn", async () => {
    const { variables, remove } = await newPostgresql();
    const [one, other] = await Promise.all([agentOn(variables), agentOn(variables)]);
    for (const from of [one, other]) {
      const suspended = await from.turn(SEND);
      const approval = dataOf(suspended, "approval").id;
      const answers = await Promise.all(
        [one, other, one, other].map((agent) => agent.post(`/approvals/${approval}/approve`, undefined)),
      );
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      expect(texts.filter((text) => text.includes("event: end"))).toHaveLength(1);
    }
    const outbox = await bodyOf(other, "/outbox");
    expect(isRecord(outbox) && outbox.messages).toHaveLength(2);

    // A turn that runs on one of them is not taken from it by the other's start.
    const reader = readerOf(await one.post("/turns", { message: "count to 12000" }));
    const turn = /"turn":"([^"]+)"/.exec(await readUntil(reader, '" 2"'))?.[1];
    await agentOn(variables);
    expect(await bodyOf(other, `/turns/${turn}`)).toMatchObject({ state: "running" });
    expect(await readRest(reader)).toContain("event: end");
    for (const agent of [one, other]) await agent.stop();
    onTestFinished(remove);
  });

  it("share what they learn and what they know the answer to", async () => {
    const { variables, remove } = await newPostgresql();
    const [one, other] = await Promise.all([agentOn(variables), agentOn(variables)]);
    await one.post("/documents", {
      id: "a",
      title: "Refunds",
      content: "Members may return an article within 30 days.",
    });
    const question = "How many days have members to return an article?";
    const answer = "Members may return an article within 30 days. [1]";
    expect(await other.ask(question)).toBe(answer);
    const again = await one.turn(question);
    expect(again).toContainEqual(expect.objectContaining({ data: expect.objectContaining({ outcome: "hit" }) }));
    expect(textOf(again)).toBe(answer);
    for (const agent of [one, other]) await agent.stop();
    onTestFinished(remove);
  });
});
