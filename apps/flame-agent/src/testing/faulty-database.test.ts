import { expect, it } from "vitest";
import { faultyDatabase, QUOTED } from "./faulty-database.ts";

it("a database that is told to fail fails what waits for a connection too, and works again after that", async () => {
  const faulty = await faultyDatabase();
  const { pool, close } = await faulty.open();
  // More than there are connections: the rest waits for one.
  const before = Array.from({ length: 30 }, () => pool.query("select 1"));
  faulty.fail(/select 1/);
  const ended = await Promise.allSettled([...before, pool.query("select 1")]);
  faulty.fail(undefined);
  expect(ended.at(-1)).toMatchObject({ status: "rejected", reason: { detail: QUOTED } });
  expect((await pool.query("select 2 as two")).rows).toEqual([{ two: 2 }]);
  await close();
});
