import { setTimeout as delay } from "node:timers/promises";
import { PostgresStore } from "@mastra/pg";
import type { DatabaseConfiguration } from "../configuration.ts";
import { describeError, type Logger } from "../log.ts";
import type { Database } from "./index.ts";

type PostgresqlConfiguration = Extract<DatabaseConfiguration, { kind: "postgresql" }>;

const POOL_SIZE = 20;
/** How long a start waits for the server, in milliseconds, and the pauses between tries. */
const START_MILLISECONDS = 60_000;
const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/** SQLSTATE classes that waiting doesn't mend: wrong credentials (28), no such database (3D), no permission (42501). */
const LASTING = /^(28...|3D...|42501)$/;

/** Connects to a PostgreSQL server. One that isn't there yet is waited for, one that refuses us isn't. */
export async function openPostgresql(database: PostgresqlConfiguration, log: Logger): Promise<Database> {
  const deadline = Date.now() + START_MILLISECONDS;
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) {
    const store = new PostgresStore({
      id: "flame",
      host: database.host,
      port: database.port,
      database: database.name,
      user: database.user,
      password: database.password,
      ssl: { disable: false, require: { rejectUnauthorized: false }, "verify-full": true }[database.tls],
      max: POOL_SIZE,
    });
    try {
      await store.init();
      // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
      store.pool.on("error", (error: unknown) =>
        log.warn({ error: describeError(log, error) }, "database connection lost"),
      );
      return { kind: "postgresql", store, close: () => store.close() };
    } catch (error) {
      await store.close();
      const code = sqlState(error);
      if ((code && LASTING.test(code)) || Date.now() + pause > deadline) throw unreachable(database, error, code);
      log.warn({ code, retryMilliseconds: pause }, "database not reachable yet");
      await delay(pause);
    }
  }
}

function sqlState(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && cause.code !== "") return cause.code;
  }
  return undefined;
}

function unreachable(database: PostgresqlConfiguration, error: unknown, code: string | undefined): Error {
  const address = `postgresql://${database.user}@${database.host}:${database.port}/${database.name}`;
  return new Error(
    `FLAME_DATABASE_URL: "${address}" can't be used (${code ?? "no answer"}); allowed: a reachable PostgreSQL server where this user may create tables; fix: check address, user, password and network`,
    { cause: error },
  );
}
