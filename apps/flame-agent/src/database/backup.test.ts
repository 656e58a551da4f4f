import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { atEndOfSuite } from "../testing/at-end.ts";
import { DRIVERS, type Driver, openTestDatabase, testDatabase } from "../testing/database.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { emptyPostgresql } from "../testing/postgresql.ts";
import type { Database } from "./database.ts";
import { writeBackup } from "./dump.ts";
import { restoreBackup } from "./restore.ts";
import { SCHEMA_VERSION, type SchemaOptions, schemaVersion } from "./schema.ts";

const TURN = "11111111-1111-4111-8111-111111111111";
/** What a row may hold that a careless format would break: quotes, line breaks, null, vectors, other scripts. */
const AWKWARD = `it's "quoted",\n\\N\ttab, {brace}, 漢字 😀`;

async function fill(database: Database): Promise<void> {
  const { pool } = database;
  await pool.query(
    `insert into flame.turns (id, tenant, thread, resource, message, state, instance, run)
     values ($1, 'acme', 't', 'r', $2, 'waiting', gen_random_uuid(), $1::uuid::text)`,
    [TURN, AWKWARD],
  );
  await pool.query(
    `insert into flame.approvals (id, tenant, turn, run, tool_call, tool, input, expires_at)
     values (gen_random_uuid(), 'acme', $1, $1::uuid::text, 'c', 'send_message', $2, '2030-01-02T03:04:05.678901Z')`,
    [TURN, JSON.stringify({ text: AWKWARD })],
  );
  await pool.query(
    `insert into flame.cached_answers (tenant, scope, revision, literals, answer, citations, embedding, expires_at)
     select 'acme', 's', n, '', 'a', '[]', '[0.1,-0.25,3e-7]', now() from generate_series(1, 450) as n`,
  );
  const memory = await database.store.getStore("memory");
  await memory?.saveThread({
    thread: { id: "t", resourceId: "r", title: AWKWARD, createdAt: new Date(), updatedAt: new Date(), metadata: {} },
  });
}

/** Every row of every table, as text. */
async function content(database: Database): Promise<Record<string, unknown>> {
  const of = async (table: string) =>
    (await database.pool.query(`select row_to_json(t)::text as row from ${table} as t order by 1`)).rows;
  return {
    turns: await of("flame.turns"),
    approvals: await of("flame.approvals"),
    answers: await of("flame.cached_answers"),
    threads: await of("public.mastra_threads"),
  };
}

/** A database to restore into: `open` is what `restoreBackup` opens it by. */
async function target(driver: Driver) {
  const { variables, remove } =
    driver === "postgresql"
      ? await emptyPostgresql()
      : {
          variables: { FLAME_DATABASE: "embedded", FLAME_DATA_FOLDER: await temporaryFolder() },
          remove: async () => {},
        };
  const open = (schema: SchemaOptions) => openTestDatabase(variables, schema);
  return { open, again: () => open({}), remove };
}

const routes = DRIVERS.flatMap((from) => DRIVERS.map((to) => ({ from, to })));

describe("a backup", () => {
  const atEnd = atEndOfSuite();
  const backups = new Map<Driver, { file: string; rows: number; before: Awaited<ReturnType<typeof content>> }>();
  let earlier: string;
  beforeAll(async () => {
    const folder = await temporaryFolder(atEnd);
    for (const driver of DRIVERS) {
      const file = join(folder, `${driver}.gz`);
      const source = await testDatabase(driver);
      await fill(source);
      const before = await content(source);
      backups.set(driver, { file, before, ...(await writeBackup(source.pool, file)) });
      await source.close();
    }
    earlier = join(folder, "earlier.gz");
    const source = await openTestDatabase({ FLAME_DATABASE: "embedded" }, { upTo: 4 });
    await source.pool.query(
      `insert into flame.cached_answers (tenant, scope, revision, question, literals, answer, citations, embedding, expires_at)
       values ('acme', 's', 1, 'nobody reads this', '', 'the answer', '[]', '[1]', now())`,
    );
    await writeBackup(source.pool, earlier);
    await source.close();
  });

  it.each(routes)("of $from restores into $to: every row as it was, and numbers go on behind", async ({ from, to }) => {
    const { file = "", rows, before } = backups.get(from) ?? {};
    expect(rows).toBe(453);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const { open, again, remove } = await target(to);
    expect(await restoreBackup(file, open)).toEqual({ rows });
    const restored = await again();
    expect(await content(restored)).toEqual(before);
    expect(await schemaVersion(restored.pool)).toBe(SCHEMA_VERSION);
    const next = await restored.pool.query<{ id: string }>(
      `insert into flame.cached_answers (tenant, scope, revision, literals, answer, citations, embedding, expires_at)
       values ('acme', 's', 1, '', 'a', '[]', '[1]', now()) returning id`,
    );
    expect(next.rows[0]?.id).toBe("451");
    await restored.close();
    await remove();
  });

  it.each(DRIVERS)("of an agent of an earlier version restores into %s, and is brought to this one", async (driver) => {
    const { open, again, remove } = await target(driver);
    expect(await restoreBackup(earlier, open)).toEqual({ rows: 1 });
    const restored = await again();
    expect(await schemaVersion(restored.pool)).toBe(SCHEMA_VERSION);
    const { rows } = await restored.pool.query("select * from flame.cached_answers");
    expect(rows).toEqual([expect.objectContaining({ answer: "the answer" })]);
    expect(JSON.stringify(rows)).not.toContain("nobody reads this");
    await restored.close();
    await remove();
  });

  it.each(routes)(
    "of $from with rows of some MiB each restores into $to",
    async ({ from, to }) => {
      const file = join(await temporaryFolder(), "large.gz");
      const source = await testDatabase(from);
      // Quotes take twice their place where many rows go together.
      for (const [id, size] of [1, 3, 1, 2].entries())
        await source.pool.query(
          "insert into flame.summaries (thread, content, covers_until) values ($1, repeat($2, $3), now())",
          [`t${id}`, '"', size * 1024 ** 2],
        );
      const sizes = "select thread, length(content) as length from flame.summaries order by thread";
      const before = (await source.pool.query(sizes)).rows;
      expect(await writeBackup(source.pool, file)).toEqual({ rows: 4 });
      await source.close();
      const { open, again, remove } = await target(to);
      expect(await restoreBackup(file, open)).toEqual({ rows: 4 });
      const restored = await again();
      expect((await restored.pool.query(sizes)).rows).toEqual(before);
      await restored.close();
      await remove();
    },
    120_000,
  );

  it("that can't be written leaves nothing behind and says why", async () => {
    const folder = await temporaryFolder();
    const database = await testDatabase();
    await expect(writeBackup(database.pool, join(folder, "absent", "backup.gz"))).rejects.toThrow(/ENOENT/);
    expect((await database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await database.close();
  });
});

describe("a restore is refused, and the database stays empty,", () => {
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());
  const open = async () => ({ ...database, close: async () => {} });

  const lines = [
    JSON.stringify({
      format: "flame-agent-backup",
      version: 1,
      schema: SCHEMA_VERSION,
      createdAt: new Date().toISOString(),
      tables: [{ schema: "flame", name: "knowledge", columns: [{ name: "tenant", type: "text" }] }],
    }),
  ];
  const gzip = (...more: string[]) => gzipSync([...lines, ...more].map((line) => `${line}\n`).join(""));
  const header = (change: object) => gzipSync(`${JSON.stringify({ ...JSON.parse(lines[0] ?? ""), ...change })}\n`);

  it("of a row that an embedded database doesn't take, which is named", async () => {
    const file = join(await temporaryFolder(), "row.gz");
    await writeFile(file, gzip(JSON.stringify({ table: 0, rows: [[`big${"x".repeat(9 * 1024 ** 2)}`]] })));
    const embedded = await testDatabase("embedded");
    onTestFinished(() => embedded.close());
    await expect(restoreBackup(file, async () => ({ ...embedded, close: async () => {} }))).rejects.toThrow(
      /^The backup has a row of 9 MiB in "flame"\."knowledge" \(tenant bigx{1,60}…\); allowed: 8 MiB on an embedded.*postgresql/,
    );
    expect((await embedded.pool.query("select 1 from flame.knowledge")).rowCount).toBe(0);
  });

  it.each([
    { why: "of a file that isn't one", content: Buffer.from("no gzip"), message: /no whole backup \(.*header/ },
    { why: "of an empty file", content: gzipSync(""), message: /no whole backup \(it is empty\)/ },
    { why: "of another format", content: gzipSync("{}\n"), message: /a line isn't of this format/ },
    { why: "of one that was cut", content: gzip(), message: /its end is missing/ },
    { why: "of one whose bytes were cut", content: gzip().subarray(0, -12), message: /no whole backup/ },
    {
      why: "of one that was changed",
      content: gzip(`{"end":{"rows":0,"digest":"other"}}`),
      message: /its content isn't what was written/,
    },
    {
      why: "of one that goes on after its end",
      content: gzip(`{"end":{"rows":0,"digest":""}}`, `{"table":0,"rows":[]}`),
      message: /something follows its end/,
    },
    {
      why: "of rows of no table",
      content: gzip(`{"table":7,"rows":[]}`),
      message: /it has rows of table 7, which isn't there/,
    },
    {
      why: "of one of a newer agent",
      content: header({ schema: SCHEMA_VERSION + 1 }),
      message: new RegExp(`has schema version ${SCHEMA_VERSION + 1}, of a newer agent; allowed: up to`),
    },
    {
      why: "of one with a table that isn't known",
      content: header({ tables: [{ schema: "flame", name: "future", columns: [{ name: "id", type: "text" }] }] }),
      message: /The backup has "flame"\."future"\.id, which this agent's database doesn't/,
    },
  ])("$why", async ({ content: bytes, message }) => {
    const file = join(await temporaryFolder(), "backup.gz");
    await writeFile(file, bytes);
    await expect(restoreBackup(file, open)).rejects.toThrow(message);
    expect((await database.pool.query("select * from flame.knowledge")).rows).toEqual([]);
  });

  it("where data are already", async () => {
    const file = join(await temporaryFolder(), "backup.gz");
    await fill(database);
    await writeBackup(database.pool, file);
    await expect(restoreBackup(file, open)).rejects.toThrow(
      /The database has data in "flame"\."[a-z_]+"; allowed: an empty database; fix: /,
    );
    const text = gunzipSync(await readFile(file)).toString();
    expect(text).not.toContain('"migrations"');
  });
});
