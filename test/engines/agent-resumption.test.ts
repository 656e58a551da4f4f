import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { type ModelServer, startModelServer } from "../support/agent/model-server.ts";
import { followTurn, type NumberedEvent } from "../support/agent/turn-follower.ts";
import { until } from "../support/agent/until.ts";
import { havePostgresql, type PostgresqlServer, startPostgresql } from "./postgresql.ts";

/** A model whose answer takes some seconds, so that there is a middle of it. */
const PACE = {
  firstTokenMilliseconds: [5, 20],
  tokensPerSecond: 20,
  length: { leastWords: 60, mostWords: 60 },
} as const;
/** An instance that gives no sign of life is taken for gone after 15 s. */
const INTERRUPTED_MILLISECONDS = 45_000;

const numbersUpTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const idsOf = (events: readonly NumberedEvent[]) => events.map(({ id }) => id);
const kindsOf = (events: readonly NumberedEvent[]) => events.map(({ event }) => event);
const saidIn = (events: readonly NumberedEvent[]) =>
  events.map(({ event, data }) => (event === "text" ? JSON.parse(data).delta : "")).join("");

let model: ModelServer;
beforeAll(async () => {
  model = await startModelServer({ seed: 17, pace: PACE, keepRequests: false });
});
afterAll(() => model[Symbol.asyncDispose]());

/** Sends a turn and reads until five words have come; the rest is left unread. */
async function begin(url: string) {
  const response = await fetch(`${url}/turns`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message: "Tell me of tides", thread: "tides" }),
  });
  const follower = followTurn(response);
  await until("five words have come", () => kindsOf(follower.events).filter((kind) => kind === "text").length >= 5);
  return { turn: String(JSON.parse(follower.events[0]?.data ?? "{}").turn), follower };
}

const comeBack = async (url: string, turn: string, after: number) =>
  followTurn(await fetch(`${url}/turns/${turn}/events`, { headers: { "last-event-id": `${after}` } }));

describe.runIf(havePostgresql())("two instances on one PostgreSQL", () => {
  let server: PostgresqlServer;
  beforeAll(async () => {
    server = await startPostgresql();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const pair = async (undo: AsyncDisposableStack) => {
    const { variables } = await server.newDatabase();
    const start = () => undo.use(startAgentProcess({ variables: { ...model.variables, ...variables } }));
    const [one, other] = [start(), start()];
    return { one, oneUrl: (await one.ready()).url, other, otherClient: await other.ready() };
  };

  it("give the rest of a running turn to a client that comes back to the other one", async () => {
    await using undo = new AsyncDisposableStack();
    const { oneUrl, otherClient } = await pair(undo);
    const { turn, follower } = await begin(oneUrl);
    follower.leave();
    await follower.over;
    const seen = [...follower.events];
    const rest = await comeBack(otherClient.url, turn, seen.length);
    await rest.over;
    const all = [...seen, ...rest.events];
    expect(idsOf(all)).toEqual(numbersUpTo(all.length));
    expect(kindsOf(all).at(-1)).toBe("end");
    expect((await otherClient.turn(turn)).state).toBe("completed");
    const whole = await comeBack(oneUrl, turn, 0);
    await whole.over;
    expect(whole.events).toEqual(all);
  });

  it("tell of a turn whose instance was killed, and one of them goes on with it", async () => {
    await using undo = new AsyncDisposableStack();
    const { one, oneUrl, otherClient } = await pair(undo);
    const { turn, follower } = await begin(oneUrl);
    const there = await comeBack(otherClient.url, turn, 0);
    await one.kill();
    await follower.over;
    // Whoever follows through the one that lives isn't left waiting.
    await until("the interruption is told", () => kindsOf(there.events).at(-1) === "error", INTERRUPTED_MILLISECONDS);
    await there.over;
    expect(JSON.parse(there.events.at(-1)?.data ?? "{}")).toMatchObject({ code: "interrupted" });
    const seen = [...follower.events];
    // What the killed instance had told is there, word for word, and at most a little more.
    expect(there.events.slice(0, seen.length)).toEqual(seen);
    expect(idsOf(there.events)).toEqual(numbersUpTo(there.events.length));

    const resumed = followTurn(await otherClient.ask(`/turns/${turn}/resume`, { method: "POST" }));
    await resumed.over;
    const late = await comeBack(otherClient.url, turn, seen.length);
    await late.over;
    const all = [...seen, ...late.events];
    expect(idsOf(all)).toEqual(numbersUpTo(all.length));
    expect(all).toEqual([...there.events, ...resumed.events]);
    expect(kindsOf(all).at(-1)).toBe("end");
    const begun = all.findLastIndex(({ event }) => event === "start");
    expect(saidIn(all.slice(begun))).toBe(saidIn(resumed.events));
    expect((await otherClient.messages("tides")).map(({ role }) => role)).toEqual(["user", "assistant"]);
  });
});

describe("an agent with an embedded database that is killed", () => {
  it("tells the client that comes back all that was told, and that the turn can be resumed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "flame-resumption-"));
    try {
      const variables = { ...model.variables, FLAME_DATA_FOLDER: folder };
      let seen: readonly NumberedEvent[];
      let turn: string;
      {
        await using agent = startAgentProcess({ variables });
        const begun = await begin((await agent.ready()).url);
        await agent.kill();
        await begun.follower.over;
        turn = begun.turn;
        seen = begun.follower.events;
      }
      await using agent = startAgentProcess({ variables });
      const client = await agent.ready();
      const back = await comeBack(client.url, turn, 0);
      await back.over;
      expect(back.events.slice(0, seen.length)).toEqual(seen);
      expect(idsOf(back.events)).toEqual(numbersUpTo(back.events.length));
      expect(JSON.parse(back.events.at(-1)?.data ?? "{}")).toMatchObject({ code: "interrupted" });
      expect(await client.turn(turn)).toMatchObject({ state: "interrupted", resumable: true });
      expect((await client.resume(turn).report).outcome).toBe("ended");
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
