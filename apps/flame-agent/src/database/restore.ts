import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import type { PoolClient } from "pg";
import type { z } from "zod";
import type { Database } from "./database.ts";
import { tablesOf } from "./dump.ts";
import { End, Header, qualified, quoted, Rows, type Table } from "./dump-format.ts";
import { prepareSchema, SCHEMA_VERSION, type SchemaOptions } from "./schema.ts";
import { inTransaction } from "./sql.ts";
import { mebibytes, STATEMENT_BYTES_MAX } from "./statement-gate.ts";

/** Most that one statement writes, in bytes, unless a single row is larger. */
const BATCH_BYTES = 4 * 1024 ** 2;
/** What a value takes beside its own bytes at most, and a statement beside its values. */
const VALUE_OVERHEAD_BYTES = 8;
const STATEMENT_OVERHEAD_BYTES = 65_536;

/**
 * Fills an empty database from a backup, of whichever kind of database it was made: all of it, or nothing. `open` opens
 * the database with the schema that the backup was made from; it is brought to this build's version afterwards.
 *
 * @throws where the file is no whole backup, is of a newer agent, has a row that an embedded database can't take, or the
 *   database has data already.
 */
export async function restoreBackup(
  file: string,
  open: (schema: SchemaOptions) => Promise<Database>,
): Promise<{ readonly rows: number }> {
  const header = await readHeader(file);
  const database = await open({ upTo: header.schema });
  try {
    const rows = await inTransaction(database.pool, async (connection) => {
      const types = await refuseUnfit(connection, header);
      return load(connection, file, header.tables, { types, kind: database.kind });
    });
    await prepareSchema(database.pool, database.store, {}, database.kind === "embedded");
    return { rows };
  } finally {
    await database.close();
  }
}

async function readHeader(file: string): Promise<Header> {
  for await (const line of linesOf(file)) {
    const header = read(Header, line, file);
    if (header.schema > SCHEMA_VERSION)
      throw new Error(
        `"${file}" has schema version ${header.schema}, of a newer agent; allowed: up to ${SCHEMA_VERSION}, this agent's; fix: restore it with the newer agent`,
      );
    return header;
  }
  throw notWhole(file, "it is empty");
}

/** The types of the columns as they are in the database: those that the values will be read as. */
async function refuseUnfit(connection: PoolClient, { tables }: Header): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  for (const table of await tablesOf(connection))
    for (const { name, type } of table.columns) types.set(`${qualified(table)}.${name}`, type);
  for (const table of tables) {
    const unknown = table.columns.find(({ name }) => !types.has(`${qualified(table)}.${name}`));
    if (unknown)
      throw new Error(
        `The backup has ${qualified(table)}.${unknown.name}, which this agent's database doesn't; allowed: a backup of this agent or an older one; fix: restore it with the agent that made it`,
      );
    const { rows } = await connection.query<{ filled: boolean }>(
      `select exists (select 1 from ${qualified(table)}) as filled`,
    );
    if (rows[0]?.filled)
      throw new Error(
        `The database has data in ${qualified(table)}; allowed: an empty database; fix: name a new folder or database, so that nothing is overwritten`,
      );
  }
  return types;
}

async function load(connection: PoolClient, file: string, tables: readonly Table[], target: Target): Promise<number> {
  const digest = createHash("sha256");
  let count = 0;
  let first = true;
  let end: End["end"] | undefined;
  for await (const line of linesOf(file)) {
    if (end) throw notWhole(file, "something follows its end");
    if (line.startsWith('{"end"')) {
      ({ end } = read(End, line, file));
      continue;
    }
    digest.update(`${line}\n`);
    if (first) {
      first = false;
      continue;
    }
    const { table: index, rows } = read(Rows, line, file);
    const table = tables[index];
    if (!table) throw notWhole(file, `it has rows of table ${index}, which isn't there`);
    for (const batch of batchesOf(rows)) await insert(connection, table, batch, target);
    count += rows.length;
  }
  if (!end || end.rows !== count || end.digest !== digest.digest("hex"))
    throw notWhole(file, end ? "its content isn't what was written" : "its end is missing");
  for (const table of tables) await resetSequences(connection, table);
  return count;
}

/** What is written to: the types of its columns, and what kind it is, since an embedded one takes less at once. */
interface Target {
  readonly types: ReadonlyMap<string, string>;
  readonly kind: Database["kind"];
}

/** The rows in statements that any database takes; a row that is larger is one by itself. */
function* batchesOf(rows: Rows["rows"]): Generator<Rows["rows"]> {
  let batch: Rows["rows"] = [];
  let bytes = 0;
  for (const row of rows) {
    const more = bytesInArrays(row);
    if (batch.length > 0 && bytes + more > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

async function insert(
  connection: PoolClient,
  table: Table,
  rows: Rows["rows"],
  { types, kind }: Target,
): Promise<void> {
  const names = table.columns.map(({ name }) => quoted(name)).join(", ");
  const typeOf = (name: string) => types.get(`${qualified(table)}.${name}`);
  const [row] = rows;
  if (row && rows.length === 1) {
    refuseTooLarge(table, row, kind);
    const values = table.columns.map(({ name }, index) => `$${index + 1}::text::${typeOf(name)}`);
    await connection.query(
      `insert into ${qualified(table)} (${names}) overriding system value values (${values.join(", ")})`,
      table.columns.map((_, index) => row[index] ?? null),
    );
    return;
  }
  const values = table.columns.map(({ name }, index) => `given.c${index}::${typeOf(name)}`);
  const arrays = table.columns.map((_, index) => `$${index + 1}::text[]`);
  await connection.query(
    `insert into ${qualified(table)} (${names}) overriding system value
     select ${values.join(", ")} from unnest(${arrays.join(", ")})
       as given (${table.columns.map((_, index) => `c${index}`).join(", ")})`,
    table.columns.map((_, index) => rows.map((one) => one[index] ?? null)),
  );
}

/** @throws where the row is more than an embedded database takes in one statement, with its place and size. */
function refuseTooLarge(table: Table, row: Rows["rows"][number], kind: Database["kind"]): void {
  const bytes = row.reduce((sum, value) => sum + Buffer.byteLength(value ?? "") + VALUE_OVERHEAD_BYTES, 0);
  if (kind !== "embedded" || bytes <= STATEMENT_BYTES_MAX - STATEMENT_OVERHEAD_BYTES) return;
  const [key] = table.columns;
  throw new Error(
    `The backup has a row of ${mebibytes(bytes)} MiB in ${qualified(table)} (${key?.name} ${nameOf(row[0])}); allowed: ${mebibytes(STATEMENT_BYTES_MAX)} MiB on an embedded database; fix: restore it with FLAME_DATABASE=postgresql, or back up again without that row`,
  );
}

/** A row's key as it may be told: ids are short. */
function nameOf(key: string | null | undefined): string {
  const name = key ?? "null";
  return name.length <= 64 ? name : `${name.slice(0, 63)}…`;
}

/** What a row takes in arrays of text, where quotes and backslashes are written twice. */
function bytesInArrays(row: Rows["rows"][number]): number {
  return row.reduce(
    (sum, value) => sum + Buffer.byteLength(value ?? "") + (value?.match(/["\\]/g)?.length ?? 0) + VALUE_OVERHEAD_BYTES,
    0,
  );
}

/** Numbers that the database gives go on behind those that were restored. */
async function resetSequences(connection: PoolClient, table: Table): Promise<void> {
  for (const { name } of table.columns) {
    const { rows } = await connection.query<{ sequence: string | null }>(
      "select pg_get_serial_sequence($1, $2) as sequence",
      [qualified(table), name],
    );
    const sequence = rows[0]?.sequence;
    if (!sequence) continue;
    await connection.query(
      `select setval($1, coalesce((select max(${quoted(name)}) from ${qualified(table)}), 0) + 1, false)`,
      [sequence],
    );
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const stream = createReadStream(file);
  const content = createGunzip();
  stream.on("error", (error) => content.destroy(error));
  stream.pipe(content);
  try {
    yield* createInterface({ input: content, crlfDelay: Number.POSITIVE_INFINITY });
    // An interface ends quietly where its input breaks: what broke it is told here.
    if (content.errored) throw content.errored;
  } catch (error) {
    throw notWhole(file, error instanceof Error ? error.message : String(error));
  } finally {
    stream.destroy();
  }
}

function read<Line extends z.ZodType>(schema: Line, line: string, file: string): z.output<Line> {
  try {
    return schema.parse(JSON.parse(line));
  } catch {
    throw notWhole(file, "a line isn't of this format");
  }
}

function notWhole(file: string, reason: string): Error {
  return new Error(
    `"${file}" is no whole backup (${reason}); allowed: a file that backup.ts wrote; fix: take another copy of it`,
  );
}
