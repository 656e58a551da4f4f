import { randomUUID } from "node:crypto";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type Database, heldLease } from "../database/index.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { answersLost } from "../testing/faulty-database.ts";
import { until } from "../testing/folder.ts";
import { forgetLeases, type ThreadLease, ThreadLeases } from "./thread-leases.ts";
import { ThreadStops } from "./thread-stops.ts";

const ALIVE_SECONDS = 15;
const NEVER = new AbortController().signal;

describe.each(DRIVERS)("a thread on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  /** The leases of an instance that gives signs of life. */
  async function instance(waitSeconds = 20) {
    const id = randomUUID();
    await database.pool.query("insert into flame.instances (id) values ($1)", [id]);
    const stops = new ThreadStops(database.pool, { instance: id, isShared: true, log: pino({ level: "silent" }) });
    const leases = new ThreadLeases(database.pool, { instance: id, aliveSeconds: ALIVE_SECONDS, waitSeconds, stops });
    const silence = (seconds: number) =>
      database.pool.query("update flame.instances set seen_at = now() - make_interval(secs => $2) where id = $1", [
        id,
        seconds,
      ]);
    return { leases, stops, silence };
  }
  const taken = async (lease: Promise<ThreadLease | undefined>): Promise<ThreadLease> => {
    const got = await lease;
    if (!got) throw new Error("The thread wasn't free");
    onTestFinished(() => got.release());
    return got;
  };
  const rows = async (thread: string) =>
    (await database.pool.query("select holder from flame.thread_leases where thread = $1", [thread])).rowCount;

  it("is one turn's at a time on an instance, in the order of their coming", async () => {
    const { leases } = await instance();
    const thread = randomUUID();
    const order: number[] = [];
    let inside = 0;
    await Promise.all(
      [1, 2, 3, 4, 5].map(async (number) => {
        const lease = await taken(leases.take(thread, NEVER));
        inside += 1;
        expect(inside).toBe(1);
        order.push(number);
        await new Promise(setImmediate);
        inside -= 1;
        await lease.release();
      }),
    );
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(await rows(thread)).toBe(0);
  });

  it("is one turn's at a time on several instances", async () => {
    const instances = await Promise.all([1, 2, 3].map(() => instance()));
    const thread = randomUUID();
    let inside = 0;
    await Promise.all(
      [...instances, ...instances].map(async ({ leases }) => {
        const lease = await taken(leases.take(thread, NEVER));
        inside += 1;
        expect(inside).toBe(1);
        await database.pool.query("select 1");
        inside -= 1;
        await lease.release();
      }),
    );
  });

  it("isn't had where waiting isn't wanted, on the same instance or another, and others aren't kept from theirs", async () => {
    const one = await instance(0);
    const other = await instance(0);
    const thread = randomUUID();
    const lease = await taken(one.leases.take(thread, NEVER));
    expect(await one.leases.take(thread, NEVER)).toBeUndefined();
    expect(await other.leases.take(thread, NEVER)).toBeUndefined();
    await taken(other.leases.take(randomUUID(), NEVER));
    await lease.release();
    await lease.release();
    await taken(other.leases.take(thread, NEVER));
  });

  it("is not waited for by who left, and its place in the line is the next one's", async () => {
    const { leases } = await instance();
    const thread = randomUUID();
    const lease = await taken(leases.take(thread, NEVER));
    const leaving = new AbortController();
    const left = leases.take(thread, leaving.signal);
    const next = leases.take(thread, NEVER);
    leaving.abort();
    expect(await left).toBeUndefined();
    await lease.release();
    await taken(next);
  });

  it("goes to the next one when its holder's instance gives no signs of life, and not before", async () => {
    const [gone, living] = [await instance(), await instance(0)];
    const thread = randomUUID();
    const lost = await taken(gone.leases.take(thread, NEVER));
    await gone.silence(ALIVE_SECONDS - 1);
    expect(await living.leases.take(thread, NEVER)).toBeUndefined();
    await gone.silence(ALIVE_SECONDS);
    const lease = await taken(living.leases.take(thread, NEVER));
    await lost.release();
    expect(await rows(thread)).toBe(1);
    expect(lease.during(() => heldLease()?.thread)).toBe(thread);
    expect(heldLease()).toBeUndefined();
  });

  it("that nobody asks for again is forgotten with its instance", async () => {
    const { leases, silence } = await instance();
    const thread = randomUUID();
    await taken(leases.take(thread, NEVER));
    await forgetLeases(database.pool, ALIVE_SECONDS);
    expect(await rows(thread)).toBe(1);
    await silence(ALIVE_SECONDS);
    await forgetLeases(database.pool, ALIVE_SECONDS);
    expect(await rows(thread)).toBe(0);
  });

  it("is not kept where the answer to who took it got lost", async () => {
    const { leases } = await instance(0);
    const thread = randomUUID();
    const lost = answersLost(database.pool);
    await expect(leases.take(thread, NEVER)).rejects.toThrow("terminated");
    lost.mockRestore();
    expect(await rows(thread)).toBe(1);
    await leases.settle();
    await taken(leases.take(thread, NEVER));
  });

  it("is given back later where the database is away when its turn ends", async () => {
    const { leases } = await instance(0);
    const thread = randomUUID();
    const lease = await taken(leases.take(thread, NEVER));
    await database.pool.query("alter table flame.thread_leases rename to away");
    await lease.release();
    await expect(leases.settle()).rejects.toThrow();
    await database.pool.query("alter table flame.away rename to thread_leases");
    expect(await rows(thread)).toBe(1);
    await leases.settle();
    await until("it is given back", async () => (await rows(thread)) === 0);
    await taken(leases.take(thread, NEVER));
  });
});
