import type { PostgresStore } from "@mastra/pg";
import type { Pool } from "pg";
import type { DatabaseConfiguration } from "../configuration.ts";
import type { Logger } from "../log.ts";
import { openEmbedded } from "./embedded.ts";
import { openPostgresql } from "./postgresql.ts";
import type { SchemaOptions } from "./schema.ts";

export { inTransaction, isDatabaseAway, jsonText, type Queryable, vectorText } from "./sql.ts";

/** An open database with Mastra's tables and ours in it. */
export interface Database {
  readonly kind: DatabaseConfiguration["kind"];
  /** Mastra's view of it. */
  readonly store: PostgresStore;
  /** Connections for our own tables, which are in the schema `flame`. */
  readonly pool: Pool;
  /** Ends connections; an embedded database is written out and its folder given free. */
  close(): Promise<void>;
}

/** Opens the database that the configuration names. `onLost`: its folder was taken by another process. */
export function openDatabase(
  database: DatabaseConfiguration,
  log: Logger,
  onLost: (error: Error) => void,
  schema: SchemaOptions = {},
): Promise<Database> {
  return database.kind === "embedded"
    ? openEmbedded(database.folder, onLost, schema)
    : openPostgresql(database, log, schema);
}
