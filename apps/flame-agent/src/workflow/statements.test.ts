import { expect, it, vi } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";

/** What a turn writes, whatever the pace of its answer: batches of events and the upkeep of its instance aside. */
const WRITES = [
  { what: "its thread is its resource's", statement: /insert into public\.mastra_threads/ },
  { what: "its thread is taken", statement: /^insert into flame\.thread_leases/ },
  { what: "it begins", statement: /insert into flame\.turns / },
  { what: "its messages are kept", statement: /insert into public\.mastra_messages/ },
  { what: "it ends", statement: /update flame\.turns set state/ },
] as const;
const ASIDE =
  /select batch|^insert into flame\.instances|'interrupted'|approvals|^delete from (?!flame\.thread_leases using)/;

it("a plain turn is written in five statements beside its events, and asks for no snapshot", async () => {
  const database = await testDatabase();
  const agent = await testAgent({}, async () => database);
  const thread = crypto.randomUUID();
  await agent.turn("count to 3", thread);
  const leases = async () => (await database.pool.query("select from flame.thread_leases")).rowCount;
  await until("its thread is free", async () => (await leases()) === 0);

  const query = vi.spyOn(database.pool, "query");
  expect(await agent.ask("count to 3", thread)).toBe("1 2 3");
  const statements = query.mock.calls.map(([given]: readonly unknown[]) => textOf(given));
  query.mockRestore();
  const writes = statements.filter((text) => /\b(?:insert|update|delete) /.test(text) && !ASIDE.test(text));
  expect(writes.map((text) => WRITES.find(({ statement }) => statement.test(text))?.what ?? text)).toEqual([
    "its thread is its resource's",
    "its thread is taken",
    "it begins",
    "its messages are kept",
    "it ends",
  ]);
  expect(statements.filter((text) => text.includes("mastra_workflow_snapshot"))).toEqual([]);
  expect(await leases()).toBe(0);
  await agent.stop();
});

function textOf(given: unknown): string {
  const text = typeof given === "object" && given !== null && "text" in given ? given.text : given;
  return String(text).replace(/\s+/g, " ").trim();
}
