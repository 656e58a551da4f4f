import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, readEvents } from "../testing/client.ts";
import { lastingDatabase, onDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";

const SEND = 'Can you send "hello" to ada@example.com?';
const Asked = z.object({ id: z.uuid() });

async function waiting(agent: TestAgent): Promise<{ readonly turn: string; readonly approval: string }> {
  const events = await agent.turn(SEND);
  const start = events.find(({ event }) => event === "start")?.data;
  const asked = Asked.parse(events.find(({ event }) => event === "approval")?.data);
  return { turn: isRecord(start) ? String(start.turn) : "", approval: asked.id };
}
const stateOf = async (agent: TestAgent, turn: string): Promise<unknown> => (await agent.get(`/turns/${turn}`)).json();
const sent = async (agent: TestAgent) =>
  z.object({ messages: z.array(z.unknown()) }).parse(await (await agent.get("/outbox")).json()).messages.length;

/** Sends a request and is gone before any of the answer can come. */
function sendAndLeave(agent: TestAgent, path: string, milliseconds: number): Promise<void> {
  const { hostname, port } = new URL(agent.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: ${hostname}\r\nContent-Length: 0\r\n\r\n`, () => {
        setTimeout(() => socket.destroy(), milliseconds);
      });
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
  });
}

describe("a decision whose sender leaves at once", () => {
  let agent: TestAgent;
  beforeAll(async () => {
    agent = await testAgent();
  });
  afterAll(() => agent.stop());

  it.each([0, 1, 2, 3, 5, 8])(
    "within %d ms is carried through: done once, and its turn completed",
    async (milliseconds) => {
      const before = await sent(agent);
      const { turn, approval } = await waiting(agent);
      await sendAndLeave(agent, `/approvals/${approval}/approve`, milliseconds);
      await until("the turn is completed", async () => {
        const state = await stateOf(agent, turn);
        if (isRecord(state) && state.state === "waiting") {
          // Gone before its request was read: nothing is decided, and it can be.
          await readEvents(await agent.post(`/approvals/${approval}/approve`, undefined));
        }
        return isRecord(state) && state.state === "completed";
      });
      expect(await sent(agent)).toBe(before + 1);
      await until("nothing counts as running", async () => (await agent.metrics()).includes("flame_turns_active 0"));
    },
  );
});

describe.each(["failed", "cancelled"])("a turn that %s behind a decision", (state) => {
  it("has a way on: it is resumable, and what was approved is done once", async () => {
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
    expect(await stateOf(agent, turn)).toMatchObject({ state, resumable: true });
    const resumed = await Promise.all([1, 2].map(() => agent.post(`/turns/${turn}/resume`, undefined)));
    expect(resumed.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    await Promise.all(resumed.map((response) => response.text()));
    expect(await stateOf(agent, turn)).toMatchObject({ state: "completed", resumable: false });
    expect(await sent(agent)).toBe(1);
  });
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
