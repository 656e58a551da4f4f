import { setTimeout as delay } from "node:timers/promises";
import { Pool } from "pg";
import type { DatabaseConfiguration } from "../configuration.ts";
import { describeError, type Logger } from "../log.ts";
import type { Database } from "./database.ts";
import { createStore } from "./mastra-store.ts";
import { prepareSchema, type SchemaOptions } from "./schema.ts";
import { failureCode, isDatabaseAway } from "./sql.ts";

type PostgresqlConfiguration = Extract<DatabaseConfiguration, { kind: "postgresql" }>;

/** How long a start waits for the server, in milliseconds, and the pauses between tries. */
const START_MILLISECONDS = 60_000;
const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** How long a query waits for a connection before it fails, in milliseconds. */
const CONNECT_MILLISECONDS = 10_000;

/** SQLSTATE classes that waiting doesn't mend: wrong credentials (28), no such database (3D), no permission (42501). */
const LASTING = /^(28...|3D...|42501)$/;

/**
 * Connects to a PostgreSQL server. One that isn't there yet is waited for, one that refuses us isn't; nor is one whose
 * schema can't be used.
 */
export async function openPostgresql(
  database: PostgresqlConfiguration,
  log: Logger,
  schema: SchemaOptions = {},
): Promise<Database> {
  const deadline = Date.now() + START_MILLISECONDS;
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) {
    const pool = openPool(database, log);
    try {
      const store = createStore(pool);
      await prepareSchema(pool, store, schema);
      return { kind: "postgresql", store, pool, close: () => pool.end() };
    } catch (error) {
      await pool.end();
      const code = failureCode(error);
      const passing = isDatabaseAway(error);
      if (!passing && !LASTING.test(code ?? "")) throw error;
      if (!passing || Date.now() + pause > deadline) throw unreachable(database, error, code);
      log.warn({ code, retryMilliseconds: pause }, "database not reachable yet");
      await delay(pause);
    }
  }
}

function openPool(database: PostgresqlConfiguration, log: Logger): Pool {
  const pool = new Pool({
    host: database.host,
    port: database.port,
    database: database.name,
    user: database.user,
    password: database.password,
    ssl: { disable: false, require: { rejectUnauthorized: false }, "verify-full": true }[database.tls],
    max: database.poolSize,
    statement_timeout: database.statementTimeoutSeconds * 1000,
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
    application_name: "flame-agent",
    keepAlive: true,
    // A filter by tenant may drop what the index found first: it goes on until there are enough.
    onConnect: async (client) => {
      await client.query("set hnsw.iterative_scan = strict_order");
    },
  });
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error: unknown) => log.warn({ error: describeError(error) }, "database connection lost"));
  return pool;
}

function unreachable(database: PostgresqlConfiguration, error: unknown, code: string | undefined): Error {
  const address = `postgresql://${database.user}@${database.host}:${database.port}/${database.name}`;
  return new Error(
    `FLAME_DATABASE_URL: "${address}" can't be used (${code ?? "no answer"}); allowed: a reachable PostgreSQL server where this user may create tables; fix: check address, user, password and network`,
    { cause: error },
  );
}
