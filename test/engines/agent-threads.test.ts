import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wordsOf } from "../support/agent/agent-client.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { type ModelServer, startModelServer } from "../support/agent/model-server.ts";
import { followTurn } from "../support/agent/turn-follower.ts";
import { until } from "../support/agent/until.ts";
import { havePostgresql, type PostgresqlServer, startPostgresql } from "./postgresql.ts";

/** A model whose answer takes two seconds, so that there is a middle of it. */
const PACE = {
  firstTokenMilliseconds: [5, 20],
  tokensPerSecond: 20,
  length: { leastWords: 40, mostWords: 40 },
} as const;
/** An instance that gives no sign of life is taken for gone after 15 s; a turn waits longer than that for its thread. */
const WAIT_SECONDS = 60;
const GONE_MILLISECONDS = 45_000;

describe.runIf(havePostgresql())("one thread and two processes on one PostgreSQL", () => {
  let server: PostgresqlServer;
  let model: ModelServer;
  beforeAll(async () => {
    server = await startPostgresql();
    model = await startModelServer({ seed: 12, pace: PACE, keepRequests: false });
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const pair = async (undo: AsyncDisposableStack, waitSeconds: number) => {
    const { variables } = await server.newDatabase();
    const own = { ...model.variables, ...variables, FLAME_THREAD_WAIT_SECONDS: `${waitSeconds}` };
    const [first, second] = [1, 2].map(() => undo.use(startAgentProcess({ variables: own })));
    if (!first || !second) throw new Error("Two processes were asked for");
    return { first, one: await first.ready(), other: await second.ready() };
  };
  type Client = Awaited<ReturnType<typeof pair>>["one"];
  const begin = async ({ ask }: Client, message: string) => {
    const follower = followTurn(
      await ask("/turns", { method: "POST", body: JSON.stringify({ message, thread: "shared" }) }),
    );
    await until("some words have come", () => follower.events.filter(({ event }) => event === "text").length >= 3);
    return { follower, turn: String(JSON.parse(follower.events[0]?.data ?? "{}").turn) };
  };
  const givenUp = ({ turn }: Client, id: string) =>
    until("the turn is given up", async () => (await turn(id)).state === "interrupted", GONE_MILLISECONDS);
  const said = async (client: Client) =>
    (await client.messages("shared")).map((message) =>
      message.role === "user" ? `user: ${wordsOf(message)}` : message.role,
    );

  it("have their turns one behind the other where a turn may wait", async () => {
    await using undo = new AsyncDisposableStack();
    const { one, other } = await pair(undo, WAIT_SECONDS);
    const { follower } = await begin(one, "Tell me of tides");
    const second = other.say("Tell me of moons", "shared");
    const third = one.say("Tell me of stars", "shared");
    await follower.over;
    expect(follower.events.at(-1)?.event).toBe("end");
    const reports = [await second.report, await third.report];
    expect(reports.map(({ outcome }) => outcome)).toEqual(["ended", "ended"]);
    const heard = await said(other);
    expect(heard.map((line) => line.split(":")[0])).toEqual([
      "user",
      "assistant",
      "user",
      "assistant",
      "user",
      "assistant",
    ]);
    expect(heard[0]).toBe("user: Tell me of tides");
  });

  it("refuse the second turn at once where it may not wait, with nothing of it stored", async () => {
    await using undo = new AsyncDisposableStack();
    const { one, other } = await pair(undo, 0);
    const { follower } = await begin(one, "Tell me of tides");
    for (const client of [other, one]) {
      const body = JSON.stringify({ message: "Tell me of moons", thread: "shared" });
      const refused = await client.ask("/turns", { method: "POST", body });
      expect([refused.status, refused.headers.get("retry-after")]).toEqual([409, expect.stringMatching(/^\d+$/)]);
      expect(await refused.json()).toMatchObject({ error: expect.stringMatching(/FLAME_THREAD_WAIT_SECONDS/) });
    }
    await follower.over;
    expect(await said(other)).toEqual(["user: Tell me of tides", "assistant"]);
    expect((await other.say("Tell me of moons", "shared").report).outcome).toBe("ended");
    expect(await said(one)).toEqual(["user: Tell me of tides", "assistant", "user: Tell me of moons", "assistant"]);
  });

  it("keep a process that was stopped past its lease from writing, and tell its client how to go on", async () => {
    await using undo = new AsyncDisposableStack();
    const { first, one, other } = await pair(undo, WAIT_SECONDS);
    const { follower, turn } = await begin(one, "Tell me of tides");
    process.kill(first.pid, "SIGSTOP");
    const second = await other.say("Tell me of moons", "shared").report;
    expect(second.outcome).toBe("ended");
    await givenUp(other, turn);
    const before = await other.messages("shared");
    expect(before.map(({ role }) => role)).toEqual(["user", "assistant"]);

    process.kill(first.pid, "SIGCONT");
    expect(await follower.over).toEqual({ whole: true });
    const last = follower.events.at(-1);
    expect(last).toMatchObject({ event: "error", id: follower.events.length });
    expect(JSON.parse(last?.data ?? "{}")).toMatchObject({
      code: "interrupted",
      message: expect.stringMatching(/resume/),
    });
    await until("the process is ready again", () => one.ready());
    expect(await one.messages("shared")).toEqual(before);
    expect(await other.turn(turn)).toMatchObject({ state: "interrupted", resumable: true });

    // Whoever comes first goes on with it, the process that was stopped too.
    expect((await one.resume(turn).report).outcome).toBe("ended");
    expect(await said(other)).toEqual(["user: Tell me of moons", "assistant", "user: Tell me of tides", "assistant"]);
  });

  it("take the turn's events from whoever has it by now, for those who still follow it where it began", async () => {
    await using undo = new AsyncDisposableStack();
    const { first, one, other } = await pair(undo, WAIT_SECONDS);
    const { follower, turn } = await begin(one, "Tell me of tides");
    process.kill(first.pid, "SIGSTOP");
    await givenUp(other, turn);
    const resumed = followTurn(await other.ask(`/turns/${turn}/resume`, { method: "POST" }));
    await until("it goes on", () => resumed.events.some(({ event }) => event === "text"));
    process.kill(first.pid, "SIGCONT");
    await resumed.over;
    expect(resumed.events.at(-1)?.event).toBe("end");
    expect((await follower.over).whole).toBe(true);
    const ids = follower.events.map(({ id }) => id);
    expect(ids).toEqual(ids.map((_id, index) => index + 1));
    expect(follower.events.slice(-resumed.events.length)).toEqual(resumed.events);
    expect(await said(one)).toEqual(["user: Tell me of tides", "assistant"]);
  });
});
