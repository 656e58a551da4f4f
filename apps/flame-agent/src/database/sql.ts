import type { Pool, PoolClient } from "pg";

/** What statements run on: the pool, or one connection of it inside a transaction. */
export type Queryable = Pick<Pool, "query">;

/** Runs `work` in one transaction on one connection: all of it is kept, or nothing. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (connection: PoolClient) => Promise<Result>,
  mode: "read committed" | "repeatable read" = "read committed",
): Promise<Result> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  try {
    await connection.query(`begin isolation level ${mode}`);
    const result = await work(connection);
    await connection.query("commit");
    return result;
  } catch (error) {
    await connection.query("rollback").catch((failure: unknown) => {
      broken = failure instanceof Error ? failure : new Error(String(failure));
    });
    throw error;
  } finally {
    // A connection that can't even roll back is not given to anybody else.
    connection.release(broken);
  }
}

/** PostgreSQL's text for a vector. */
export function vectorText(vector: readonly number[]): string {
  return `[${vector.join(",")}]`;
}

/** The code that the server or the network gave for a failure, such as `28P01` or `ECONNREFUSED`. */
export function failureCode(error: unknown): string | undefined {
  for (const cause of causesOf(error))
    if ("code" in cause && typeof cause.code === "string" && isServersCode(cause.code)) return cause.code;
  return undefined;
}

/** Whether a code is the server's or the network's: what Mastra calls its own errors would hide it. */
function isServersCode(code: string): boolean {
  return code !== "" && !code.startsWith("MASTRA_");
}

/** The error, what caused it, and so on; libraries keep some of them as plain objects. */
function* causesOf(error: unknown): Generator<object> {
  for (let cause = error; typeof cause === "object" && cause !== null; ) {
    yield cause;
    cause = "cause" in cause ? cause.cause : undefined;
  }
}

/** JSON that PostgreSQL's jsonb takes: without the character 0 and without half characters, which it refuses. */
export function jsonText(value: unknown): string {
  const storable = (_: string, item: unknown) =>
    typeof item === "string" ? item.toWellFormed().replaceAll("\0", "") : item;
  return JSON.stringify(value, storable) ?? "null";
}

/** What a server says while it starts, stops or has no room, and the classes of a connection or a name that isn't there. */
const PASSING = /^(?:08...|57P0.|53...|E(?!RR_)[A-Z_]+)$/;
/** What `pg` says without a code where the server closes the connection or doesn't answer. */
const BROKEN_CONNECTION = /connection (?:terminated|timeout|ended)|timeout exceeded|not queryable/i;

/** Whether the database is away or full, so that the same thing may work later. */
export function isDatabaseAway(error: unknown): boolean {
  const code = failureCode(error);
  if (code !== undefined) return PASSING.test(code);
  for (const cause of causesOf(error))
    if ("message" in cause && BROKEN_CONNECTION.test(String(cause.message))) return true;
  return false;
}

/** Whether what is to be written is larger than the database takes, which is PostgreSQL's `program_limit_exceeded`. */
export function exceedsDatabase(error: unknown): boolean {
  return failureCode(error) === "54000";
}
