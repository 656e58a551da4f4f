import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRIVERS, testDatabase } from "../testing/database.ts";
import type { Database } from "./database.ts";
import { failureCode, inTransaction, isDatabaseAway, jsonText, vectorText } from "./sql.ts";

const coded = (code: unknown, cause?: unknown) => Object.assign(new Error("no", { cause }), { code });

describe("a failure of the database", () => {
  it.each([
    { error: coded("ECONNREFUSED"), away: true },
    { error: coded("EAI_AGAIN"), away: true },
    { error: coded("ERR_INVALID_ARG_TYPE"), away: false },
    { error: coded("57P01"), away: true },
    { error: coded("57P03"), away: true },
    { error: coded("08006"), away: true },
    { error: coded("53100"), away: true },
    { error: coded("57014"), away: false },
    { error: coded("28P01"), away: false },
    { error: coded("23505"), away: false },
    { error: new Error("x", { cause: coded("ECONNRESET") }), away: true },
    { error: coded("", coded("53300")), away: true },
    { error: coded(7, new Error("Connection terminated unexpectedly")), away: true },
    { error: new Error("timeout exceeded when trying to connect"), away: true },
    { error: new Error("Client has encountered a connection error and is not queryable"), away: true },
    { error: new Error("a bug"), away: false },
    { error: "text", away: false },
  ])("is passing or not: $error $away", ({ error, away }) => {
    expect(isDatabaseAway(error)).toBe(away);
  });

  it("has the code nearest to it", () => {
    expect(failureCode(coded("A", coded("B")))).toBe("A");
    expect(failureCode(undefined)).toBeUndefined();
  });
});

describe("values", () => {
  it("are written as the database takes them", () => {
    expect(vectorText([1, -0.5, 3e-7])).toBe("[1,-0.5,3e-7]");
    expect(jsonText({ a: "x\0y", b: ["\ud800", 1, null] })).toBe('{"a":"xy","b":["\ufffd",1,null]}');
    expect(jsonText(undefined)).toBe("null");
  });
});

describe.each(DRIVERS)("a transaction on %s", (driver) => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
    await database.pool.query("create table flame.tried (id integer primary key)");
  });
  afterAll(() => database.close());
  const ids = async () =>
    (await database.pool.query("select id from flame.tried order by id")).rows.map(({ id }) => id);

  it("is kept whole, or not at all, and gives its connection back", async () => {
    const kept = await inTransaction(database.pool, async (connection) => {
      await connection.query("insert into flame.tried values (1)");
      return "result";
    });
    expect(kept).toBe("result");
    await expect(
      inTransaction(database.pool, async (connection) => {
        await connection.query("insert into flame.tried values (2)");
        await connection.query("insert into flame.tried values (1)");
      }),
    ).rejects.toThrow(/duplicate key/);
    await expect(inTransaction(database.pool, () => Promise.reject(new Error("own")))).rejects.toThrow("own");
    expect(await ids()).toEqual([1]);
    expect(database.pool.idleCount).toBe(database.pool.totalCount);
  });

  it("reads one moment where that is asked for", async () => {
    const level = await inTransaction(
      database.pool,
      async (connection) => (await connection.query("show transaction_isolation")).rows,
      "repeatable read",
    );
    expect(level).toEqual([{ transaction_isolation: "repeatable read" }]);
  });
});

it("a connection that breaks in a transaction is not given to anybody else", async () => {
  const pool = new Pool({ host: "127.0.0.1", port: 1 });
  const released: unknown[] = [];
  const query = async (text: string) => {
    if (text !== "begin isolation level read committed") throw new Error("broken");
  };
  Object.assign(pool, { connect: async () => ({ query, release: (error: unknown) => released.push(error) }) });
  await expect(inTransaction(pool, () => Promise.reject(new Error("own")))).rejects.toThrow("own");
  expect(released).toEqual([expect.objectContaining({ message: "broken" })]);
});
