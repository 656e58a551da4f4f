import { rm } from "node:fs/promises";
import type { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { Pool } from "pg";
import { openCluster } from "./cluster.ts";
import type { Database } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import { createStore } from "./mastra-store.ts";
import { prepareSchema, SCHEMA_VERSION, type SchemaOptions } from "./schema.ts";
import { makeSocketFolder, SOCKET_PORT, sweepSocketFolders } from "./socket-folder.ts";
import { gateStatements } from "./statement-gate.ts";
import { watchStatements } from "./statement-watch.ts";

/**
 * Connections that are opened at most. PGlite is one session and its socket takes the messages of several connections
 * in turn, so that one's parameters would meet another's statement (seen: "unnamed prepared statement does not exist").
 * It works on one query at a time anyhow: through one connection they queue here, whole.
 */
const POOL_SIZE = 1;
/** Connections that the socket accepts: above the pool's, so that one that is just closing never blocks a new one. */
const SOCKET_CONNECTIONS = 64;

/**
 * PostgreSQL in this process (PGlite), reached through a socket in a folder that only this user can enter: no port is
 * opened. One process at a time may hold `folder`; without a folder the data live in memory. `onLost` is called where
 * nothing may be written any more: another process took the folder, or the database broke down.
 */
export async function openEmbedded(
  folder: string | undefined,
  onLost: (error: Error) => void,
  schema: SchemaOptions = {},
): Promise<Database> {
  await sweepSocketFolders();
  const lock = folder === undefined ? undefined : await lockFolder(folder, onLost);
  const closing = new AsyncDisposableStack();
  closing.defer(async () => lock?.release());
  try {
    const withSchema = schema.upTo === undefined || schema.upTo >= SCHEMA_VERSION;
    const cluster = await openCluster(folder, { withSchema });
    closing.defer(() => cluster.close());
    const watch = watchStatements();
    closing.defer(() => watch.close());
    let ended = 0;
    const counting = {
      began: watch.began,
      ended: () => {
        ended += 1;
        watch.ended();
      },
    };
    gateStatements(cluster, counting, onLost);
    const database = await serveCluster(cluster, schema);
    closing.defer(() => database.close());
    return { ...database, statementsEnded: () => ended, close: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}

/** A database on a cluster that is open already; closing it leaves the cluster open. */
export async function serveCluster(cluster: PGlite, schema: SchemaOptions = {}): Promise<Database> {
  const closing = new AsyncDisposableStack();
  try {
    const { folder, socket } = await makeSocketFolder();
    closing.defer(() => rm(folder, { recursive: true, force: true }));
    const server = new PGLiteSocketServer({
      db: cluster,
      path: socket,
      maxConnections: SOCKET_CONNECTIONS,
    });
    await server.start();
    closing.defer(() => server.stop());

    const pool = new Pool({
      host: folder,
      port: SOCKET_PORT,
      database: "postgres",
      user: "postgres",
      password: "none",
      max: POOL_SIZE,
    });
    closing.defer(() => pool.end());
    // The socket ends its connections when the cluster stops; without a listener that would end the process.
    pool.on("error", () => {});
    const store = createStore(pool);
    await prepareSchema(pool, store, schema, true);
    await pool.query("set hnsw.iterative_scan = strict_order");
    return { kind: "embedded", store, pool, close: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}
