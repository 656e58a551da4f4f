import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Pool, PoolClient } from "pg";
import { type End, FORMAT_VERSION, type Header, qualified, quoted, type Rows, type Table } from "./dump-format.ts";
import { schemaVersion } from "./schema.ts";
import { inTransaction } from "./sql.ts";

/** Rows read and written at once, and the bytes that as many of them are to have about. */
const BATCH_ROWS_MAX = 200;
const BATCH_BYTES = 4 * 1024 ** 2;

/**
 * Writes all data, Mastra's and ours, as they are at one moment: gzipped JSON lines that either kind of database can be
 * restored from. The file is there whole or not at all. Returns the number of rows.
 */
export async function writeBackup(pool: Pool, file: string): Promise<{ readonly rows: number }> {
  const unfinished = `${file}.unfinished`;
  const counted = { rows: 0 };
  try {
    await inTransaction(
      pool,
      (connection) =>
        pipeline(
          Readable.from(lines(connection, counted)),
          createGzip(),
          createWriteStream(unfinished, { mode: 0o600, flush: true }),
        ),
      "repeatable read",
    );
    await rename(unfinished, file);
    return counted;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function* lines(connection: PoolClient, counted: { rows: number }): AsyncGenerator<string> {
  const digest = createHash("sha256");
  const line = (value: Header | Rows) => {
    const text = `${JSON.stringify(value)}\n`;
    digest.update(text);
    return text;
  };

  const tables = await tablesOf(connection);
  yield line({
    format: "flame-agent-backup",
    version: FORMAT_VERSION,
    schema: await schemaVersion(connection),
    createdAt: new Date().toISOString(),
    tables: [...tables],
  });
  for (const [index, table] of tables.entries()) {
    const columns = table.columns.map(({ name }) => `${quoted(name)}::text`).join(", ");
    await connection.query(`declare backup no scroll cursor for select ${columns} from ${qualified(table)}`);
    // How large the next rows are isn't known: many are asked for only behind small ones.
    for (let count = 1; ; ) {
      const { rows } = await connection.query<(string | null)[]>({
        text: `fetch ${count} from backup`,
        rowMode: "array",
      });
      if (rows.length === 0) break;
      counted.rows += rows.length;
      const text = line({ table: index, rows });
      yield text;
      const fitting = Math.floor((BATCH_BYTES * rows.length) / text.length);
      count = Math.max(1, Math.min(BATCH_ROWS_MAX, 4 * count, fitting));
    }
    await connection.query("close backup");
  }
  const end: End = { end: { rows: counted.rows, digest: digest.digest("hex") } };
  yield `${JSON.stringify(end)}\n`;
}

/**
 * Mastra's tables and ours, each behind those that it refers to. Left out are the notes of migrations, which a restore
 * makes itself, and the instances that run now with the threads that they hold.
 */
export async function tablesOf(connection: Pick<Pool, "query">): Promise<readonly Table[]> {
  const { rows } = await connection.query<Table & { refersTo: string[] }>(
    `select space.nspname as schema, class.relname as name,
       (select json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum)
        from pg_attribute where attrelid = class.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns,
       array(select parent.relname::text from pg_constraint
        join pg_class as parent on parent.oid = confrelid
        where conrelid = class.oid and contype = 'f' and confrelid <> conrelid) as "refersTo"
     from pg_class as class join pg_namespace as space on space.oid = class.relnamespace
     where class.relkind in ('r', 'p') and not class.relispartition and (
       (space.nspname = 'flame' and class.relname not in ('migrations', 'instances', 'thread_leases'))
       or (space.nspname = 'public' and class.relname like 'mastra\\_%'))
     order by space.nspname, class.relname`,
  );
  const ordered: typeof rows = [];
  const visit = (table: (typeof rows)[number]) => {
    if (ordered.includes(table)) return;
    for (const parent of rows) if (table.refersTo.includes(parent.name) && parent !== table) visit(parent);
    if (!ordered.includes(table)) ordered.push(table);
  };
  for (const table of rows) visit(table);
  return ordered.map(({ schema, name, columns }) => ({ schema, name, columns }));
}
