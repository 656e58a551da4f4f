import type { PostgresStore } from "@mastra/pg";
import type { Pool } from "pg";
import type { DatabaseConfiguration } from "../configuration.ts";

/** An open database with Mastra's tables and ours in it. */
export interface Database {
  readonly kind: DatabaseConfiguration["kind"];
  /** Mastra's view of it. */
  readonly store: PostgresStore;
  /** Connections for our own tables, which are in the schema `flame`. */
  readonly pool: Pool;
  /** How many statements an embedded database has ended with, whoever's they are; absent for a server's. */
  readonly statementsEnded?: () => number;
  /** Ends connections; an embedded database is written out and its folder given free. */
  close(): Promise<void>;
}
