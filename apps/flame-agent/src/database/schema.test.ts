import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DRIVERS, openTestDatabase, testDatabase } from "../testing/database.ts";
import { emptyPostgresql, newPostgresql, POSTGRESQL_URL } from "../testing/postgresql.ts";
import type { Database } from "./database.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { prepareSchema, SCHEMA_VERSION, schemaVersion } from "./schema.ts";

describe.each(DRIVERS)("the schema on %s", (driver) => {
  const alone = driver === "embedded";
  let database: Database;
  beforeAll(async () => {
    database = await testDatabase(driver);
  });
  afterAll(() => database.close());

  const again = (migrations = MIGRATIONS) => prepareSchema(database.pool, database.store, { migrations }, alone);
  const broken = { name: "broken", sql: "create table flame.half (id integer); create table flame.half (id integer);" };

  it("is at this build's version, with a note of each step", async () => {
    expect(await schemaVersion(database.pool)).toBe(SCHEMA_VERSION);
    const { rows } = await database.pool.query("select version, name from flame.migrations order by version");
    expect(rows).toEqual(MIGRATIONS.map(({ name }, index) => ({ version: index + 1, name })));
  });

  it("is left as it is by a second start", async () => {
    await again();
    const { rows } = await database.pool.query("select count(*)::int as count from flame.migrations");
    expect(rows).toEqual([{ count: SCHEMA_VERSION }]);
  });

  it("keeps the version before a step that fails, and nothing of the step", async () => {
    await expect(again([...MIGRATIONS, broken])).rejects.toThrow(
      `Schema version ${SCHEMA_VERSION + 1} (broken) can't be made: relation "half" already exists`,
    );
    expect(await schemaVersion(database.pool)).toBe(SCHEMA_VERSION);
    const { rows } = await database.pool.query("select to_regclass('flame.half') as half");
    expect(rows).toEqual([{ half: null }]);
  });

  it("takes a new step, and then refuses the build that doesn't know it", async () => {
    const added = { name: "added", sql: "create table flame.added (id integer)" };
    await again([...MIGRATIONS, added]);
    expect(await schemaVersion(database.pool)).toBe(SCHEMA_VERSION + 1);
    await expect(again()).rejects.toThrow(
      `The database has schema version ${SCHEMA_VERSION + 1}, made by a newer agent; allowed: up to ${SCHEMA_VERSION}, this agent's; fix: `,
    );
    await again([...MIGRATIONS, added]);
  });

  it("can stop at an earlier version", async () => {
    const other = await testDatabase(driver);
    await other.pool.query("drop schema flame cascade");
    await prepareSchema(other.pool, other.store, { upTo: 1 }, alone);
    expect(await schemaVersion(other.pool)).toBe(1);
    await prepareSchema(other.pool, other.store, {}, alone);
    expect(await schemaVersion(other.pool)).toBe(SCHEMA_VERSION);
    await other.close();
  });
});

describe.skipIf(!POSTGRESQL_URL)("a PostgreSQL server with several instances", () => {
  it("is migrated once, by whichever comes first", async () => {
    const { variables, remove } = await emptyPostgresql();
    const databases = await Promise.all([1, 2, 3].map(() => openTestDatabase(variables)));
    const found = await databases[0]?.pool.query("select count(*)::int as count from flame.migrations");
    expect(found?.rows).toEqual([{ count: SCHEMA_VERSION }]);
    for (const database of databases) await database.close();
    await remove();
  });

  it("ends a statement that takes too long, and goes on", async () => {
    const { variables, remove } = await newPostgresql();
    const database = await openTestDatabase({ ...variables, FLAME_DATABASE_STATEMENT_TIMEOUT_SECONDS: "1" });
    await expect(database.pool.query("select pg_sleep(3)")).rejects.toThrow(/statement timeout/);
    expect((await database.pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    expect((await database.pool.query("show hnsw.iterative_scan")).rows).toEqual([
      { "hnsw.iterative_scan": "strict_order" },
    ]);
    await database.close();
    await remove();
  });
});
