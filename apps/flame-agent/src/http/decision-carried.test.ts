import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord } from "../testing/client.ts";
import { lastingDatabase, onDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";

const SEND = 'Can you send "hello" to ada@example.com?';
const Asked = z.object({ id: z.uuid() });

async function waiting(agent: TestAgent): Promise<{ readonly turn: string; readonly approval: string }> {
  const events = await agent.turn(SEND, "approvals");
  const start = events.find(({ event }) => event === "start")?.data;
  const asked = Asked.parse(events.find(({ event }) => event === "approval")?.data);
  return { turn: isRecord(start) ? String(start.turn) : "", approval: asked.id };
}
const stateOf = async (agent: TestAgent, turn: string): Promise<unknown> => (await agent.get(`/turns/${turn}`)).json();
const Messages = z.object({
  messages: z.array(z.object({ role: z.string(), content: z.object({ parts: z.array(z.unknown()) }) })),
});
const partsIn = async (agent: TestAgent, thread: string) => {
  const listed = await agent.get(`/api/memory/threads/${thread}/messages?agentId=flame`);
  return Messages.parse(await listed.json()).messages.map(
    ({ role, content }) => [role, JSON.stringify(content.parts)] as const,
  );
};
const sent = async (agent: TestAgent) =>
  z.object({ messages: z.array(z.unknown()) }).parse(await (await agent.get("/outbox")).json()).messages.length;

/** Sends a request and is gone before any of the answer can come, or soon after it began to. */
function sendAndLeave(agent: TestAgent, path: string, body: string, milliseconds: number): Promise<void> {
  const { hostname, port } = new URL(agent.url);
  const head = `POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\n`;
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => {
        setTimeout(() => socket.destroy(), milliseconds);
      });
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

/** The agent's message with the user's decision in it, as AI SDK's clients send it. */
const chatDecision = (approval: string) => ({
  id: "approvals",
  messages: [
    {
      role: "assistant",
      parts: [
        {
          type: "dynamic-tool",
          toolName: "send_message",
          toolCallId: "c",
          state: "approval-responded",
          approval: { id: approval, approved: true },
        },
      ],
    },
  ],
});
/** The ways to approve: where, and with what. */
const WAYS = {
  "/approvals": (approval: string) => ({ path: `/approvals/${approval}/approve`, body: {} }),
  "/chat": (approval: string) => ({ path: "/chat", body: chatDecision(approval) }),
};
const TRIES = 20;

describe.each(Object.entries(WAYS))("a decision on %s whose sender leaves at once", (_route, way) => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await testAgent();
  });
  afterAll(() => agent.stop());

  it.each(Array.from({ length: TRIES }, (_, index) => index / 2))(
    "within %d ms is carried through: done once, and its turn completed",
    async (milliseconds) => {
      const before = await sent(agent);
      const { turn, approval } = await waiting(agent);
      const { path, body } = way(approval);
      await sendAndLeave(agent, path, JSON.stringify(body), milliseconds);
      await until("the turn is completed", async () => {
        const state = await stateOf(agent, turn);
        if (isRecord(state) && state.state === "waiting") {
          // Gone before its request was read: nothing is decided, and it can be.
          await (await agent.post(path, body)).text();
        }
        return isRecord(state) && state.state === "completed";
      });
      expect(await sent(agent)).toBe(before + 1);
      await until("nothing counts as running", async () => (await agent.metrics()).includes("flame_turns_active 0"));
    },
  );
});

/** A turn whose call was approved and that came into this state then, as another agent finds it. */
async function brokenBehindDecision(state: string) {
  const open = await lastingDatabase();
  const first = await testAgent({}, open);
  const { turn, approval } = await waiting(first);
  await first.stop();
  await onDatabase(open, async ({ pool }) => {
    await pool.query("update flame.approvals set state = 'approved', decided_at = now() where id = $1", [approval]);
    await pool.query("update flame.turns set state = $2 where id = $1", [turn, state]);
  });
  const agent = await testAgent({}, open);
  onTestFinished(async () => void (await agent.stop()));
  return { agent, turn, approval };
}

const BROKEN = ["failed", "cancelled", "interrupted"].flatMap((state) =>
  [(turn: string) => ({ path: `/turns/${turn}/resume`, body: undefined }), WAYS["/chat"]].map((way, index) => ({
    state,
    by: index === 0 ? "its resumption" : "the same decision on /chat",
    way: index === 0 ? (turn: string) => way(turn) : (_turn: string, approval: string) => way(approval),
  })),
);

describe.each(BROKEN)("a turn that is $state behind a decision", ({ state, by, way }) => {
  it(`has a way on by ${by}: it is resumable, and what was approved is done once`, async () => {
    const { agent, turn, approval } = await brokenBehindDecision(state);
    expect(await stateOf(agent, turn)).toMatchObject({ state, resumable: true });
    const { path, body } = way(turn, approval);
    const resumed = await Promise.all([1, 2].map(() => agent.post(path, body)));
    expect(resumed.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    await Promise.all(resumed.map((response) => response.text()));
    expect(await stateOf(agent, turn)).toMatchObject({ state: "completed", resumable: false });
    expect(await sent(agent)).toBe(1);
  });
});

it("a turn that is resumed behind another one leaves that one's answer as it was, and has its call once", async () => {
  const { agent, turn } = await brokenBehindDecision("cancelled");
  await agent.turn("What is 12 * 4?", "approvals");
  const between = await partsIn(agent, "approvals");
  await (await agent.post(`/turns/${turn}/resume`, undefined)).text();
  const after = await partsIn(agent, "approvals");
  const other = between.slice(-2);
  expect(other).toMatchObject([
    ["user", expect.stringContaining("12 * 4")],
    ["assistant", expect.stringContaining("48")],
  ]);
  expect(after.filter(([, parts]) => parts.includes("send_message"))).toHaveLength(1);
  expect(after.slice(0, 2)).toEqual(other);
  expect(after.slice(2).map(([role]) => role)).toEqual(["user", "assistant"]);
});

it("a turn that failed without a decision has none", async () => {
  const open = await lastingDatabase();
  const agent = await testAgent({}, open);
  onTestFinished(async () => void (await agent.stop()));
  const { turn } = await waiting(agent);
  await agent.stop();
  await onDatabase(open, async ({ pool }) => {
    await pool.query("update flame.approvals set state = 'expired'");
    await pool.query("update flame.turns set state = 'failed', failure = 'approval-expired'");
  });
  const next = await testAgent({}, open);
  onTestFinished(async () => void (await next.stop()));
  expect(await stateOf(next, turn)).toMatchObject({ state: "failed", resumable: false });
});
