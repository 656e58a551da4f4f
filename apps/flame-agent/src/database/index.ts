import type { PostgresStore } from "@mastra/pg";
import type { DatabaseConfiguration } from "../configuration.ts";
import type { Logger } from "../log.ts";
import { openEmbedded } from "./embedded.ts";
import { openPostgresql } from "./postgresql.ts";

/** An open database with Mastra's tables in it. */
export interface Database {
  readonly kind: DatabaseConfiguration["kind"];
  readonly store: PostgresStore;
  /** Ends connections; an embedded database is written out and its folder given free. */
  close(): Promise<void>;
}

/** Opens the database that the configuration names. `onLost`: its folder was taken by another process. */
export function openDatabase(
  database: DatabaseConfiguration,
  log: Logger,
  onLost: (error: Error) => void,
): Promise<Database> {
  return database.kind === "embedded" ? openEmbedded(database.folder, onLost) : openPostgresql(database, log);
}
