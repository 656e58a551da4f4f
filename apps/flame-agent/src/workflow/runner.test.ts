import { randomUUID } from "node:crypto";
import pino from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApprovals } from "../approvals/approvals.ts";
import { type Database, heldLease, LeaseLost } from "../database/index.ts";
import { collect } from "../testing/collect.ts";
import { testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { TurnLog } from "../turn-log/index.ts";
import { ThreadLeases } from "../turns/thread-leases.ts";
import { ThreadStops } from "../turns/thread-stops.ts";
import { TurnAborted } from "../turns/turns.ts";
import { endOf } from "./course.ts";
import { INTERRUPTED } from "./failure.ts";
import { LiveTurns } from "./live.ts";
import { createChatMetrics } from "./metrics.ts";
import { createTurnRecords, interruptOrphans, type TurnRecord } from "./records.ts";
import { type RunnerParts, TurnRunner } from "./runner.ts";

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());

describe("how a turn ended", () => {
  const aborted = (reason: unknown) => AbortSignal.abort(reason);
  const [kept, lost] = [{ isLost: false }, { isLost: true }];
  it.each([
    { why: "an error", signal: new AbortController().signal, state: "failed", failure: "failed" },
    { why: "another abort", signal: aborted(new Error("x")), state: "failed", failure: "failed" },
    {
      why: "a client that left",
      signal: aborted(new TurnAborted("client-left", "")),
      state: "cancelled",
      failure: null,
    },
    {
      why: "a shutdown",
      signal: aborted(new TurnAborted("shut-down", "")),
      state: "interrupted",
      failure: null,
    },
    {
      why: "too long a time",
      signal: aborted(new TurnAborted("timed-out", "")),
      state: "failed",
      failure: "timed-out",
    },
  ])("by $why is $state", ({ signal, state, failure }) => {
    expect(endOf(signal, new Error("a bug"), kept, kept)).toMatchObject({ state, failure });
  });

  it.each([
    { why: "a failure", lease: kept, writer: kept, error: new Error("a bug"), state: "failed", code: "failed" },
    {
      why: "a lost lease",
      lease: lost,
      writer: kept,
      error: new LeaseLost(),
      state: "interrupted",
      code: "interrupted",
    },
    {
      why: "events that could not be stored",
      lease: kept,
      writer: lost,
      error: new Error("a bug"),
      state: "interrupted",
      code: "interrupted",
    },
    {
      why: "events that are larger than the database takes",
      lease: kept,
      writer: lost,
      error: Object.assign(new Error("x"), { code: "54000" }),
      state: "failed",
      code: "too-large",
    },
  ])("by $why is $state", ({ lease, writer, error, state, code }) => {
    const { last, ...noted } = endOf(new AbortController().signal, error, lease, writer);
    expect([noted.state, last.data.code]).toEqual([state, code]);
  });
});

const unused = () => {
  throw new Error("not used here");
};
const REQUEST = { message: "m", thread: "t", resource: "r" };

/** How a run of the workflow ends. */
type Ending = () => Promise<{ readonly status: string; readonly steps?: object; readonly result?: object }>;

/** A runner whose runs end as given, on real records unless others are given. */
function runnerOf(ending: Ending, given: Partial<RunnerParts> = {}, instance: string = randomUUID()) {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => lines.push(line) });
  const registry = new Registry();
  const runs = new Map<string, unknown>();
  const removed: string[] = [];
  const createRun = async () => {
    const run = { runId: randomUUID(), start: ending };
    runs.set(run.runId, run);
    return run;
  };
  const records = createTurnRecords(database.pool, instance);
  const events = new TurnLog(database.pool, instance, 0);
  const runner = new TurnRunner({
    workflow: Object.assign(Object.create(null), {
      createRun,
      runs,
      deleteWorkflowRunById: async (run: string) => {
        removed.push(run);
        throw new Error("not removed");
      },
    }),
    records,
    approvals: createApprovals(database.pool, instance, 60),
    memory: {
      lastUserMessages: unused,
      saveExchange: unused,
      ofTurn: unused,
      save: unused,
      remove: unused,
    },
    threads: { ownerOf: unused, claim: async () => "new" },
    turns: new LiveTurns(),
    leases: new ThreadLeases(database.pool, {
      instance,
      aliveSeconds: 15,
      waitSeconds: 0,
      stops: new ThreadStops(database.pool, { instance, isShared: false, log }),
    }),
    events,
    reconnectSeconds: 30,
    metrics: createChatMetrics(registry),
    log,
    ...given,
  });
  const told: { readonly event: string; readonly data: unknown }[] = [];
  let id = "";
  /** Takes a turn to its end. */
  const begin = async () => {
    const begun = await runner.begin("a", REQUEST, { signal: new AbortController().signal, abort: unused });
    if (begun.kind !== "began") throw new Error(`The turn is ${begun.kind}`);
    id = begun.turn.id;
    for await (const batch of events.follow(id, 0, new AbortController().signal))
      told.push(...batch.map(({ event, data }) => ({ event, data: JSON.parse(data) })));
    return begun.turn.over;
  };
  const turn = (): Promise<TurnRecord | undefined> => records.find({ tenant: "a" }, id);
  return { runner, records, events, runs, removed, lines, registry, told, begin, turn, id: () => id };
}

const FAILS: Ending = () => Promise.reject(new Error("the run failed"));
const COMPLETES: Ending = async () => ({
  status: "success",
  result: { finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2 } },
});
const CALL = { toolCall: "c", tool: "send_message", input: { to: "x" } };
const WAITS: Ending = async () => ({ status: "suspended", steps: { generation: { suspendPayload: CALL } } });

describe("a turn", () => {
  it("leaves no run behind, also where it could not even be noted that it began", async () => {
    const away = { ...createTurnRecords(database.pool, randomUUID()), begin: () => Promise.reject(new Error("away")) };
    for (const records of [undefined, away]) {
      const { begin, runs } = runnerOf(FAILS, records && { records });
      if (records) await expect(begin()).rejects.toThrow("away");
      else expect(await begin()).toBe("failed");
      expect(runs.size).toBe(0);
    }
  });

  it("is told from its start to its end, with zeros for the tokens that nobody counted", async () => {
    const { begin, told, turn } = runnerOf(COMPLETES);
    await begin();
    expect(told).toEqual([
      { event: "start", data: { turn: expect.any(String), thread: "t", resource: "r" } },
      {
        event: "end",
        data: { finishReason: "stop", usage: { inputTokens: 1, outputTokens: 2, totalTokens: 0 } },
      },
    ]);
    expect(await turn()).toMatchObject({ state: "completed", failure: null });
  });

  it("whose run ends otherwise fails, and says so", async () => {
    const { begin, turn, told, removed, lines } = runnerOf(async () => ({ status: "canceled" }));
    expect(await begin()).toBe("failed");
    expect(told.at(-1)).toEqual({
      event: "error",
      data: expect.objectContaining({ code: "failed", message: expect.stringMatching(/^The turn failed \(reference/) }),
    });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 50, msg: "turn failed" }]);
    expect(await turn()).toMatchObject({ state: "failed", failure: "failed" });
    expect(removed).toEqual([]);
  });

  it("that waits is told with its approval, which is counted, and keeps its run", async () => {
    const { begin, told, turn, registry, removed } = runnerOf(WAITS);
    await begin();
    expect(told.slice(1)).toEqual([
      {
        event: "approval",
        data: {
          id: expect.any(String),
          toolCall: "c",
          tool: "send_message",
          input: { to: "x" },
          expiresAt: expect.any(String),
        },
      },
      {
        event: "end",
        data: { finishReason: "suspended", usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 } },
      },
    ]);
    expect(await turn()).toMatchObject({ state: "waiting" });
    expect(await registry.metrics()).toContain('flame_approvals_total{outcome="requested"} 1');
    expect(removed).toEqual([]);
  });

  it("that was given up before it could wait fails, asks nobody, and removes its run or says that it can't", async () => {
    const approvals = { ...createApprovals(database.pool, randomUUID(), 60), request: async () => undefined };
    const { begin, told, removed, lines } = runnerOf(WAITS, { approvals });
    expect(await begin()).toBe("failed");
    expect(told.map(({ event }) => event)).toEqual(["start", "error"]);
    expect(removed).toHaveLength(1);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 50, msg: "turn failed" }),
      expect.objectContaining({ level: 40, msg: "workflow run not removed", error: expect.anything() }),
    ]);
  });

  it("that was given up while it ran is told to its followers as the others have it, and the log says so", async () => {
    const { begin, told, lines, turn } = runnerOf(async () => {
      await interruptOrphans(database.pool, 15);
      return COMPLETES();
    });
    await begin();
    expect(told.at(-1)).toEqual(INTERRUPTED);
    expect(await turn()).toMatchObject({ state: "interrupted" });
    expect(lines.map((line) => JSON.parse(line)).at(-1)).toMatchObject({
      level: 40,
      msg: "turn ended after it was given up",
    });
  });

  it("whose thread another one took in the middle can be resumed, and says so, whatever its run says", async () => {
    for (const ending of [COMPLETES, WAITS, FAILS]) {
      const { begin, told, turn } = runnerOf(() => {
        heldLease()?.lose();
        return ending();
      });
      expect(await begin()).toBe("failed");
      expect(told.slice(1)).toEqual([{ event: "error", data: expect.objectContaining({ code: "interrupted" }) }]);
      expect(await turn()).toMatchObject({ state: "interrupted", failure: null, resumable: true });
    }
  });

  it("that was taken without this process learning of it can be resumed after a while", async () => {
    const instance = randomUUID();
    const real = createTurnRecords(database.pool, instance);
    const id = randomUUID();
    const begin: typeof real.begin = async ({ thread, ...turn }) => {
      await real.begin({ ...turn, thread, id });
      throw new Error("Connection terminated unexpectedly");
    };
    const { runner, begin: take, events } = runnerOf(FAILS, { records: { ...real, begin } }, instance);
    await expect(take()).rejects.toThrow("terminated");
    await runner.settle();
    expect(await real.find({ tenant: "a" }, id)).toMatchObject({ state: "running" });
    await database.pool.query("update flame.turns set updated_at = now() - interval '2 minutes' where id = $1", [id]);
    await runner.settle();
    expect(await real.find({ tenant: "a" }, id)).toMatchObject({ state: "interrupted", resumable: true });
    const told = (await collect(events.follow(id, 0, new AbortController().signal))).flat();
    expect(told).toMatchObject([
      { id: 1, event: "start" },
      { id: 2, event: "error", data: expect.stringContaining("interrupted") },
    ]);
  });

  it("that runs for long is left alone", async () => {
    const instance = randomUUID();
    const going = Promise.withResolvers<void>();
    const { runner, begin, id } = runnerOf(() => going.promise.then(COMPLETES), {}, instance);
    const over = begin();
    await until("it runs", () => id() !== "");
    await database.pool.query("update flame.turns set updated_at = now() - interval '2 minutes' where instance = $1", [
      instance,
    ]);
    await runner.settle();
    going.resolve();
    expect(await over).toBe("completed");
  });

  it("whose end can't be noted, because the database is away, is noted later, once", async () => {
    const instance = randomUUID();
    const real = createTurnRecords(database.pool, instance);
    let away = true;
    let ends = 0;
    const records = {
      ...real,
      end: (...end: Parameters<typeof real.end>) => {
        ends += 1;
        return away ? Promise.reject(new Error("away")) : real.end(...end);
      },
    };
    const { runner, begin, turn, told, lines, events, id } = runnerOf(FAILS, { records }, instance);
    expect(await begin()).toBe("failed");
    expect(told.map(({ event }) => event)).toEqual(["start", "error"]);
    expect(await turn()).toMatchObject({ state: "running" });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 50, msg: "turn failed" }),
      expect.objectContaining({
        level: 50,
        msg: "turn's end not noted yet",
        state: "failed",
        error: expect.anything(),
      }),
    ]);
    await expect(runner.settle()).rejects.toThrow("away");
    away = false;
    await runner.settle();
    expect(await turn()).toMatchObject({ state: "failed", failure: "failed" });
    expect(ends).toBe(3);
    await runner.settle();
    expect(ends).toBe(3);
    const [last] = (await collect(events.follow(id(), 0, new AbortController().signal))).flat().slice(-1);
    expect(last).toEqual({
      id: 2,
      event: "error",
      data: expect.stringContaining('{"code":"failed","message":"The turn failed (reference '),
    });
  });
});
