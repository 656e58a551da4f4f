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

/**
 * Fills an empty database from a backup, of whichever kind of database it was made: all of it, or nothing. `open` opens
 * the database with the schema that the backup was made from; it is brought to this build's version afterwards.
 *
 * @throws where the file is no whole backup, is of a newer agent, or the database has data already.
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
      return load(connection, file, header.tables, types);
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

async function load(
  connection: PoolClient,
  file: string,
  tables: readonly Table[],
  types: ReadonlyMap<string, string>,
): Promise<number> {
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
    await insert(connection, table, rows, types);
    count += rows.length;
  }
  if (!end || end.rows !== count || end.digest !== digest.digest("hex"))
    throw notWhole(file, end ? "its content isn't what was written" : "its end is missing");
  for (const table of tables) await resetSequences(connection, table);
  return count;
}

async function insert(
  connection: PoolClient,
  table: Table,
  rows: Rows["rows"],
  types: ReadonlyMap<string, string>,
): Promise<void> {
  const names = table.columns.map(({ name }) => quoted(name)).join(", ");
  const values = table.columns.map(({ name }, index) => `given.c${index}::${types.get(`${qualified(table)}.${name}`)}`);
  const arrays = table.columns.map((_, index) => `$${index + 1}::text[]`);
  await connection.query(
    `insert into ${qualified(table)} (${names}) overriding system value
     select ${values.join(", ")} from unnest(${arrays.join(", ")})
       as given (${table.columns.map((_, index) => `c${index}`).join(", ")})`,
    table.columns.map((_, index) => rows.map((row) => row[index] ?? null)),
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
