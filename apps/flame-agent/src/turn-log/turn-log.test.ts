import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Database } from "../database/index.ts";
import { collect } from "../testing/collect.ts";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { createTurnRecords, interruptOrphans } from "../workflow/records.ts";
import { encoded, forgetEvents, type ToldEvent, TurnLog } from "./index.ts";

const LISTENING = { graceSeconds: 30, abandoned: () => {} };
const text = (delta: string): ToldEvent => ({ event: "text", data: { delta } });
const END: ToldEvent = { event: "end", data: {} };
const never = () => new AbortController().signal;

describe.each(DRIVERS)("the log of a turn on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  /** One of several processes on the database. */
  function process(pauseMilliseconds = 0) {
    const instance = randomUUID();
    const log = new TurnLog(database.pool, instance, pauseMilliseconds);
    const records = createTurnRecords(database.pool, instance);
    const begin = async (following = LISTENING) => {
      const turn = randomUUID();
      await records.begin({ id: turn, tenant: "a", thread: "t", resource: "r", message: "m" });
      const writer = await log.write(turn, { begun: [], following });
      const end = () =>
        writer.end(async (waiting) => {
          const events = [...waiting, encoded(END)];
          const firstId = await records.end(turn, "completed", null, events);
          return firstId === undefined ? undefined : { firstId, events };
        });
      return { turn, writer, end };
    };
    return { instance, log, records, begin };
  }

  const follow = async (log: TurnLog, turn: string, after = 0) =>
    (await collect(log.follow(turn, after, never()))).flat();
  const numbered = (events: readonly ToldEvent[], from = 1) =>
    events.map(({ event, data }, index) => ({ id: from + index, event, data: JSON.stringify(data) }));

  it("gives every follower every event once and in order, from wherever, while it runs and behind its end", async () => {
    const [here, elsewhere] = [process(), process()];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "binary", maxLength: 300 }), { maxLength: 300 }),
        fc.array(fc.nat(420), { minLength: 1, maxLength: 4 }),
        async (words, positions) => {
          const { turn, writer, end } = await here.begin();
          const all = [...words.map(text), END];
          const early = positions.flatMap((after) => [
            follow(here.log, turn, after),
            follow(elsewhere.log, turn, after),
          ]);
          for (const word of words) await writer.append(text(word));
          expect(await end()).toBe(true);
          const late = positions.flatMap((after) => [
            follow(here.log, turn, after),
            follow(elsewhere.log, turn, after),
          ]);
          const expected = positions.flatMap((after) => {
            const rest = numbered(all).filter(({ id }) => id > after);
            return [rest, rest];
          });
          expect(await Promise.all(early)).toEqual(expected);
          expect(await Promise.all(late)).toEqual(expected);
        },
      ),
      { numRuns: 6 },
    );
  });

  it("goes on behind what was stored with the turn's beginning, which its followers are told first", async () => {
    const { log, records } = process();
    const turn = randomUUID();
    const told = [text("one"), text("two")].map(encoded);
    await records.begin({ id: turn, tenant: "a", thread: "t", resource: "r", message: "m", told });
    const writer = await log.write(turn, { begun: told, following: LISTENING });
    expect(writer.after).toBe(0);
    const here = follow(log, turn);
    const elsewhere = follow(process().log, turn);
    await writer.append(text("three"));
    await writer.end(async (waiting) => {
      const events = [...waiting, encoded(END)];
      const firstId = await records.end(turn, "completed", null, events);
      return firstId === undefined ? undefined : { firstId, events };
    });
    const all = numbered([text("one"), text("two"), text("three"), END]);
    expect([await here, await elsewhere]).toEqual([all, all]);
  });

  it("tells nobody what isn't stored", async () => {
    const { log, begin } = process();
    const { turn, writer, end } = await begin();
    let stored = 0;
    const query = vi.spyOn(database.pool, "query");
    const following = log.follow(turn, 0, never());
    for (let word = 1; word <= 50; word += 1) await writer.append(text(`${word}`));
    for await (const events of following) {
      const last = Number(Object.values(events.at(-1) ?? {})[0]);
      const { rows } = await database.pool.query("select max(last_id) as id from flame.turn_events where turn = $1", [
        turn,
      ]);
      stored = rows[0].id;
      expect(stored).toBeGreaterThanOrEqual(last);
      if (last === 50) break;
    }
    query.mockRestore();
    await end();
  });

  it("holds no more of a turn than a bound for a follower that doesn't read, who gets all of it all the same", async () => {
    const { log, begin } = process();
    const { turn, writer, end } = await begin();
    const slow = log.follow(turn, 0, never());
    const first = slow.next();
    const word = "x".repeat(10_000);
    for (let index = 0; index < 100; index += 1) await writer.append(text(word));
    await end();
    const events = [...((await first).value ?? []), ...(await collect(slow)).flat()];
    expect(events.map((event) => "id" in event && event.id)).toEqual(
      Array.from({ length: 101 }, (_, index) => index + 1),
    );
  });

  it("holds a turn back that is faster than the database", async () => {
    const { begin } = process(50);
    const { writer, end } = await begin();
    let appended = 0;
    const appending = (async () => {
      for (; appended < 1_000; appended += 1) await writer.append(text("word"));
    })();
    await new Promise((resolve) => setImmediate(resolve));
    expect(appended).toBeLessThan(300);
    await appending;
    await end();
  });

  it("goes on with its ids where another process takes the turn up", async () => {
    const [one, other] = [process(), process()];
    const { turn, writer } = await one.begin();
    await writer.append(text("one"));
    await until("it is stored", async () => (await one.log.ahead(turn, 0)) === "some" && (await stored(turn)) === 1);
    await database.pool.query("delete from flame.instances");
    expect(await interruptOrphans(database.pool, 15)).toBeGreaterThan(0);
    await writer.append(text("never told"));
    await expect(
      until("it is noticed", async () => {
        await writer.append(text("never told"));
        return false;
      }),
    ).rejects.toThrow("given up");

    const resumption = await other.records.resume("a", turn);
    expect(resumption).toBeDefined();
    const next = await other.log.write(turn, { following: LISTENING });
    expect(next.after).toBe(2);
    await next.append(text("three"));
    await next.end(async (waiting) => {
      const events = [...waiting, encoded(END)];
      const firstId = await other.records.end(turn, "completed", null, events);
      return firstId === undefined ? undefined : { firstId, events };
    });
    const events = await follow(process().log, turn);
    expect(events).toMatchObject([
      { id: 1, event: "text" },
      { id: 2, event: "error", data: expect.stringContaining('"interrupted"') },
      { id: 3, event: "text" },
      { id: 4, event: "end" },
    ]);
  });

  it("tells those who follow here of an end that could not be stored, without an id", async () => {
    const { log, begin } = process();
    const { turn, writer } = await begin();
    await writer.append(text("one"));
    const following = follow(log, turn);
    expect(await writer.end(async () => undefined)).toBe(false);
    writer.close({ event: "error", data: { code: "failed" } });
    expect((await following).at(-1)).toEqual({ event: "error", data: '{"code":"failed"}' });
  });

  it("says before a turn's end that some of it could not be stored, however late that turned out", async () => {
    const { begin } = process();
    const { turn, writer } = await begin();
    const failing = Promise.withResolvers<never>();
    const query = vi.spyOn(database.pool, "query").mockImplementationOnce(() => failing.promise);
    await writer.append(text("one"));
    await until("it is being stored", () => query.mock.calls.length === 1);
    const whole = writer.whole();
    failing.reject(new Error("not this one"));
    await expect(whole).rejects.toThrow("not this one");
    query.mockRestore();
    expect([writer.isLost, await stored(turn)]).toEqual([true, 0]);
  });

  it("tries again to store events that a database which was away for long didn't take", async () => {
    const { log, begin } = process();
    const { turn, writer, end } = await begin();
    const [start, now] = [performance.now(), vi.spyOn(performance, "now")];
    const query = vi.spyOn(database.pool, "query").mockImplementationOnce(async () => {
      now.mockReturnValue(start + 10_000);
      throw new Error("timeout exceeded when trying to connect");
    });
    await writer.append(text("one"));
    await until("it is being stored", () => query.mock.calls.length >= 1);
    await writer.whole();
    query.mockRestore();
    now.mockRestore();
    await end();
    expect(await follow(log, turn)).toMatchObject([{ event: "text" }, { event: "end" }]);
  });

  it("says when nobody has followed a turn for a while, through any process", async () => {
    const [here, elsewhere] = [process(), process()];
    const abandoned = vi.fn();
    const { turn, end } = await here.begin({ graceSeconds: 0, abandoned });
    const leaving = new AbortController();
    const following = collect(here.log.follow(turn, 0, leaving.signal));
    leaving.abort();
    await following;
    await until("it is abandoned", () => abandoned.mock.calls.length === 1);
    await end();

    const other = await here.begin({ graceSeconds: 0.3, abandoned });
    const far = follow(elsewhere.log, other.turn);
    await until("it is followed elsewhere", async () => {
      const { rows } = await database.pool.query("select followed_at from flame.turns where id = $1", [other.turn]);
      return rows[0].followed_at !== null;
    });
    await until("the grace is over twice", () => new Promise((resolve) => setTimeout(() => resolve(true), 700)));
    expect(abandoned).toHaveBeenCalledTimes(1);
    await other.end();
    expect(await far).toMatchObject([{ event: "end" }]);
  });

  it("is kept for a while behind the turn's end, and for as long as the turn can go on", async () => {
    const { log, records, begin } = process();
    const [ended, interrupted] = [await begin(), await begin()];
    await ended.end();
    await interrupted.writer.append(text("one"));
    await until("it is stored", async () => (await stored(interrupted.turn)) === 1);
    await interrupted.writer.end(async (waiting) => {
      const firstId = await records.end(interrupted.turn, "interrupted", null, waiting);
      return firstId === undefined ? undefined : { firstId, events: waiting };
    });
    expect([await log.ahead(ended.turn, 0), await log.ahead(ended.turn, 1)]).toEqual(["some", "none"]);
    await database.pool.query("update flame.turn_events set created_at = now() - interval '11 minutes'");
    await forgetEvents(database.pool, 600);
    expect(await log.ahead(ended.turn, 0)).toBe("some");
    await database.pool.query("update flame.turns set updated_at = now() - interval '11 minutes'");
    await forgetEvents(database.pool, 600);
    expect([await log.ahead(ended.turn, 0), await log.ahead(ended.turn, 1)]).toEqual(["forgotten", "forgotten"]);
    expect(await log.ahead(interrupted.turn, 0)).toBe("some");
  });

  const stored = async (turn: string): Promise<number> => {
    const { rows } = await database.pool.query("select max(last_id) as id from flame.turn_events where turn = $1", [
      turn,
    ]);
    return rows[0].id ?? 0;
  };
});
