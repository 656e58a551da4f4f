import { setTimeout as delay } from "node:timers/promises";
import type { PostgresStore } from "@mastra/pg";
import type { Pool, PoolClient } from "pg";
import { MIGRATIONS, type Migration } from "./migrations/index.ts";
import { inTransaction, type Queryable } from "./sql.ts";

/** Number of PostgreSQL's advisory lock that one migrating instance holds: "flame" in ASCII. */
const LOCK = 0x66_6c_61_6d_65;
/** Longest that one statement of a migration may take, and that another instance's migration is waited for. */
const STATEMENT_MILLISECONDS = 600_000;
const LOCK_PAUSE_MILLISECONDS = 100;
/** The first pgvector whose index goes on scanning when a filter drops what it found. */
const PGVECTOR_MINIMUM = [0, 8] as const;

/** The schema version that this build of the agent works with. */
export const SCHEMA_VERSION = MIGRATIONS.length;

export interface SchemaOptions {
  /** Version to stop at: a restore fills the schema that its dump was made from. Default: this build's. */
  readonly upTo?: number;
  /** Steps to take. Default: this build's. */
  readonly migrations?: readonly Migration[];
}

/**
 * Brings Mastra's tables and ours to this build's version. One instance does it while the others wait; each step and
 * the note of its version are one transaction, so that a process killed at any moment leaves a version, not a mixture.
 * `alone`: no other instance can have the database open, so that no lock is needed and one connection is enough.
 *
 * @throws when the database is newer than this build, or has no fitting pgvector.
 */
export async function prepareSchema(
  pool: Pool,
  store: Pick<PostgresStore, "init">,
  { upTo, migrations = MIGRATIONS }: SchemaOptions = {},
  alone = false,
): Promise<void> {
  const bring = async () => {
    await refuseNewer(pool, migrations.length);
    await requireVectors(pool);
    await store.init();
    await migrate(pool, migrations.slice(0, upTo));
  };
  if (alone) return bring();

  const connection = await pool.connect();
  try {
    await takeLock(connection);
    await bring();
  } finally {
    // The lock belongs to the session: closing it gives the lock back, whatever went wrong.
    connection.release(true);
  }
}

/**
 * Asks for the lock again and again: a statement that waits for it would keep a snapshot open, and the instance that
 * holds the lock would wait for that snapshot when it makes an index concurrently (Mastra's tables have such).
 */
async function takeLock(connection: PoolClient): Promise<void> {
  const deadline = Date.now() + STATEMENT_MILLISECONDS;
  for (;;) {
    const { rows } = await connection.query<{ taken: boolean }>("select pg_try_advisory_lock($1) as taken", [LOCK]);
    if (rows[0]?.taken) return;
    if (Date.now() > deadline)
      throw new Error(
        `Another instance has been changing the database's schema for ${STATEMENT_MILLISECONDS / 1000} s; fix: see why it doesn't end, then start again`,
      );
    await delay(LOCK_PAUSE_MILLISECONDS);
  }
}

/** The version of the schema in the database; 0 where none of our tables is. */
export async function schemaVersion(connection: Queryable): Promise<number> {
  const exists = await connection.query<{ found: boolean }>(
    "select to_regclass('flame.migrations') is not null as found",
  );
  if (!exists.rows[0]?.found) return 0;
  const latest = await connection.query<{ version: number | null }>(
    "select max(version) as version from flame.migrations",
  );
  return latest.rows[0]?.version ?? 0;
}

async function refuseNewer(connection: Queryable, known: number): Promise<void> {
  const version = await schemaVersion(connection);
  if (version > known)
    throw new Error(
      `The database has schema version ${version}, made by a newer agent; allowed: up to ${known}, this agent's; fix: start the newer agent, or restore a backup that this one made`,
    );
}

async function requireVectors(connection: Queryable): Promise<void> {
  const found = await connection.query<{ version: string | null }>(
    "select coalesce(installed_version, default_version) as version from pg_available_extensions where name = 'vector'",
  );
  const version = found.rows[0]?.version;
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  const [minimumMajor, minimumMinor] = PGVECTOR_MINIMUM;
  if (!version || major < minimumMajor || (major === minimumMajor && minor < minimumMinor))
    throw new Error(
      `FLAME_DATABASE_URL: the server's extension pgvector is ${version ? `version ${version}` : "absent"}; allowed: ${PGVECTOR_MINIMUM.join(".")} or newer; fix: install it on the server${version ? " and run ALTER EXTENSION vector UPDATE" : ""}`,
    );
  await connection.query("create extension if not exists vector");
}

async function migrate(pool: Pool, migrations: readonly Migration[]): Promise<void> {
  await pool.query("create schema if not exists flame");
  await pool.query(
    "create table if not exists flame.migrations (version integer primary key, name text not null, applied_at timestamptz not null default now())",
  );
  const done = await schemaVersion(pool);
  for (const [index, { name, sql }] of migrations.entries()) {
    const version = index + 1;
    if (version <= done) continue;
    try {
      await inTransaction(pool, async (connection) => {
        await connection.query(`set local statement_timeout = ${STATEMENT_MILLISECONDS}`);
        await connection.query(sql);
        await connection.query("insert into flame.migrations (version, name) values ($1, $2)", [version, name]);
      });
    } catch (error) {
      throw new Error(`Schema version ${version} (${name}) can't be made: ${messageOf(error)}`, { cause: error });
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
