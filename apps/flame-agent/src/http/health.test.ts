import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import type { Database } from "../database/index.ts";
import { type Load, RecentRequests } from "../load/index.ts";
import { createMetrics } from "../metrics.ts";
import { testDatabase } from "../testing/database.ts";
import { Turns } from "../turns/turns.ts";
import { databaseCheck, tellHealth } from "./health.ts";

const CALM: Load = {
  readings: { residentMiB: 400, heapUsedMiB: 100, limitMiB: 1_000, eventLoopMilliseconds: 5 },
  overload: undefined,
  overloadSeconds: 0,
  stop: () => {},
};

/** What `/health` says where these things are otherwise than well. */
async function health(odd: {
  readonly database?: "embedded" | "postgresql";
  readonly silent?: boolean;
  readonly load?: Partial<Load>;
  readonly failed?: number;
  readonly turns?: number;
  readonly draining?: boolean;
  readonly resting?: readonly boolean[];
}) {
  const turns = new Turns(createMetrics(), 60);
  for (let turn = 0; turn < (odd.turns ?? 0); turn += 1) turns.begin();
  if (odd.draining) void turns.drain();
  const requests = new RecentRequests();
  for (let request = 0; request < 20; request += 1) requests.add(10, request < (odd.failed ?? 0));
  const app = new Hono<never>().get(
    "/health",
    tellHealth({
      database: { kind: odd.database ?? "embedded" },
      databaseAnswers: async () => !odd.silent,
      model: { states: () => (odd.resting ?? [false]).map((resting) => ({ name: "m", asked: !resting })) },
      load: { ...CALM, ...odd.load },
      requests,
      turns,
      connections: () => 7,
    }),
  );
  const response = await app.request("/health");
  return { status: response.status, body: await response.json() };
}

const readings = (odd: Partial<Load["readings"]>) => ({ load: { readings: { ...CALM.readings, ...odd } } });

describe("the agent's health", () => {
  it("is told with its figures", async () => {
    expect(await health({ turns: 2 })).toMatchObject({
      status: 200,
      body: {
        status: "healthy",
        phase: "serving",
        problems: [],
        memory: { residentMiB: 400, heapUsedMiB: 100, limitMiB: 1_000 },
        eventLoopDelayMilliseconds: 5,
        activeConnections: 7,
        activeTurns: 2,
        lastMinute: { requests: 20, errorRate: 0, averageResponseMilliseconds: 10 },
        dependencies: { database: "answers", model: "asked" },
      },
    });
  });

  it.each([
    { why: "memory is short", odd: readings({ residentMiB: 800 }), problem: /memory above 80 %/ },
    { why: "the event loop is late", odd: readings({ eventLoopMilliseconds: 250 }), problem: /more than 250 ms/ },
    { why: "requests fail", odd: { failed: 1 }, problem: /more than 5 % of requests failed/ },
    {
      why: "requests are refused",
      odd: { load: { overload: "memory" as const, overloadSeconds: 5 } },
      problem: /requests are refused: memory/,
    },
    {
      why: "it is overloaded for long, but turns run",
      odd: { load: { overload: "memory" as const, overloadSeconds: 600 }, turns: 1 },
      problem: /requests are refused/,
    },
    { why: "a model rests", odd: { resting: [true, false] }, problem: /^1 of 2 language models/ },
    {
      why: "the PostgreSQL server is away",
      odd: { database: "postgresql" as const, silent: true },
      problem: /PostgreSQL server doesn't answer/,
    },
  ])("is degraded, with 200, when $why", async ({ odd, problem }) => {
    expect(await health(odd)).toMatchObject({
      status: 200,
      body: { status: "degraded", problems: [expect.stringMatching(problem)] },
    });
  });

  it.each([
    { why: "the embedded database is stuck", odd: { silent: true }, problem: /embedded database/ },
    {
      why: "it is overloaded for a minute and nothing runs",
      odd: { load: { overload: "memory" as const, overloadSeconds: 60 } },
      problem: /overloaded \(memory\) without any turn/,
    },
  ])("is unhealthy, with 503, when $why", async ({ odd, problem }) => {
    const { status, body } = await health(odd);
    expect([status, body]).toMatchObject([503, { status: "unhealthy" }]);
    expect(JSON.stringify(body)).toMatch(problem);
  });

  it("says that every model rests, and that it drains", async () => {
    expect((await health({ resting: [true, true], draining: true })).body).toMatchObject({
      phase: "draining",
      dependencies: { model: "resting" },
    });
  });
});

describe("whether an embedded database answers", () => {
  /** What is said of a database, again and again while some work is done in it. */
  async function saidDuring(work: (database: Database) => Promise<unknown>): Promise<readonly boolean[]> {
    const database = await testDatabase("embedded");
    const said: boolean[] = [];
    let isOver = false;
    const over = work(database).then(() => {
      isOver = true;
    });
    for (const check = databaseCheck(database); !isOver; ) said.push(await check());
    await over;
    return said;
  }

  it("is said while it has much to do, for longer than a check waits", async () => {
    const checked = await saidDuring(({ pool }) =>
      Promise.all(Array.from({ length: 12 }, () => pool.query("select pg_sleep(0.3)"))),
    );
    expect(checked.length).toBeGreaterThan(2);
    expect(new Set(checked)).toEqual(new Set([true]));
  });

  it("is said within one long transaction, between whose statements nobody else gets a connection", async () => {
    const checked = await saidDuring(async ({ pool }) => {
      const connection = await pool.connect();
      for (let statement = 0; statement < 15; statement += 1) await connection.query("select pg_sleep(0.3)");
      connection.release();
    });
    expect(checked.length).toBeGreaterThan(1);
    expect(new Set(checked)).toEqual(new Set([true]));
  });

  it("is denied where no statement of anybody's ends, and where statements fail alone", async () => {
    const database = await testDatabase("embedded");
    const connection = await database.pool.connect();
    // It holds the only connection, and has nothing done by it.
    expect(await databaseCheck(database)()).toBe(false);
    connection.release();
    expect(await databaseCheck(database)()).toBe(true);
    const closed = await testDatabase("embedded");
    await closed.close();
    expect(await databaseCheck(closed)()).toBe(false);
  });
});
