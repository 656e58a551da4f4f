import { randomUUID } from "node:crypto";
import pino from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createApprovals } from "../approvals/approvals.ts";
import type { Database } from "../database/index.ts";
import { testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { createChatMetrics } from "./metrics.ts";
import { createTurnRecords } from "./records.ts";
import { enterInstance } from "./upkeep.ts";

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const lines: string[] = [];
  const log = pino({ level: "warn" }, { write: (line) => lines.push(line) });
  const registry = new Registry();
  return { log, lines, registry, metrics: createChatMetrics(registry) };
}
const instances = async () =>
  (await database.pool.query<{ id: string }>("select id from flame.instances")).rows.map(({ id }) => id);
const begin = async (instance: string) => {
  const records = createTurnRecords(database.pool, instance);
  const id = randomUUID();
  await records.begin({ id, tenant: "a", thread: "t", resource: "r", message: "m" });
  return { id, state: async () => (await records.find({ tenant: "a" }, id))?.state, records };
};
const OPTIONS = { alone: false, turnRetentionDays: 30, eventRetentionSeconds: 600 };

describe("an instance", () => {
  it("that starts alone takes every other one for gone; one among several asks for signs of life", async () => {
    const other = randomUUID();
    await database.pool.query("insert into flame.instances (id) values ($1)", [other]);
    const { log, lines } = setUp();
    const turn = await begin(other);
    const among = await enterInstance(database.pool, log, OPTIONS);
    expect(await instances()).toEqual(expect.arrayContaining([other, among.id]));
    expect(await turn.state()).toBe("running");
    expect(lines).toEqual([]);

    const alone = await enterInstance(database.pool, log, { ...OPTIONS, alone: true });
    expect(await instances()).toEqual([alone.id]);
    expect(await turn.state()).toBe("interrupted");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { turns: 1, msg: "turns of an instance that is gone can be resumed" },
    ]);
    await alone.stop();
    await among.stop();
    expect(await instances()).toEqual([]);
  });

  it("gives signs of life, and with each one looks after turns, approvals and what is old", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { log, registry, metrics } = setUp();
    const instance = await enterInstance(database.pool, log, {
      alone: true,
      turnRetentionDays: 1,
      eventRetentionSeconds: 600,
    });
    const lost = await begin(randomUUID());
    const old = await begin(instance.id);
    await old.records.end(old.id, "completed");
    await database.pool.query("update flame.turns set updated_at = now() - interval '25 hours' where id = $1", [
      old.id,
    ]);
    const expiring = await begin(instance.id);
    await createApprovals(database.pool, instance.id, 0).request(expiring.id, { toolCall: "c", tool: "t", input: 1 });
    const runs = async () =>
      (await database.pool.query<{ run_id: string }>("select run_id from mastra_workflow_snapshot")).rows;
    const waiting = await begin(instance.id);
    await createApprovals(database.pool, instance.id, 90).request(waiting.id, { toolCall: "c", tool: "t", input: 1 });
    await database.pool.query(
      `insert into mastra_workflow_snapshot (workflow_name, run_id, snapshot, "createdAt", "updatedAt", "updatedAtZ")
       select 'chat', run, '{}', now(), now(), now() - make_interval(hours => hours)
       from (values ($1, 25), ('left-long-ago', 25), ('left-now', 1)) as left_behind (run, hours)`,
      [waiting.id],
    );
    await database.pool.query("delete from flame.instances");
    let settled = 0;
    instance.keepUp(async () => {
      settled += 1;
    }, metrics);
    await vi.advanceTimersByTimeAsync(2_999);
    expect(settled).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    await until("the beat is over", async () => (await old.state()) === undefined);
    expect(settled).toBe(1);
    expect(await runs()).toEqual([{ run_id: waiting.id }, { run_id: "left-now" }]);
    expect(await instances()).toEqual([instance.id]);
    expect(await lost.state()).toBe("interrupted");
    expect(await expiring.state()).toBe("failed");
    expect(await registry.metrics()).toContain('flame_approvals_total{outcome="expired"} 1');
    await instance.stop();
  });

  it("whose beat fails says so, and goes on with the next", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { log, lines, metrics } = setUp();
    const instance = await enterInstance(database.pool, log, OPTIONS);
    let beats = 0;
    instance.keepUp(() => {
      beats += 1;
      return Promise.reject(new Error("planted"));
    }, metrics);
    for (const beat of [1, 2]) {
      vi.advanceTimersByTime(3_000);
      while (lines.length < beat) await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
    }
    vi.useRealTimers();
    await instance.stop();
    expect(beats).toBe(2);
    expect(lines.join("")).toContain("upkeep failed, it is tried again");
    expect(lines.join("")).not.toContain("planted");
    expect(await instances()).not.toContain(instance.id);
  });
});
