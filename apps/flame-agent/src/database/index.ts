import type { DatabaseConfiguration } from "../configuration.ts";
import type { Logger } from "../log.ts";
import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded.ts";
import { openPostgresql } from "./postgresql.ts";
import type { SchemaOptions } from "./schema.ts";

export { asCaller } from "./caller.ts";
export type { Database } from "./database.ts";
export { HeldLease, heldLease, holding, holdingNothing, LeaseLost } from "./held-lease.ts";
export { asNewRun } from "./mastra-store.ts";
export { exceedsDatabase, inTransaction, isDatabaseAway, jsonText, type Queryable, vectorText } from "./sql.ts";
export { STATEMENT_BYTES_MAX } from "./statement-gate.ts";
export { createThreads, type ThreadClaim, type Threads } from "./threads.ts";

/** Opens the database that the configuration names. `onLost`: nothing may be written there any more. */
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
