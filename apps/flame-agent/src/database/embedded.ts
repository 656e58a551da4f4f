import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { PostgresStore } from "@mastra/pg";
import { openCluster } from "./cluster.ts";
import { lockFolder } from "./folder-lock.ts";
import type { Database } from "./index.ts";

/** Connections that the store opens at most: PGlite serves one query at a time, more would only queue. */
const POOL_SIZE = 8;
/** Connections that the socket accepts: above the pool's, so that one that is just closing never blocks a new one. */
const SOCKET_CONNECTIONS = 64;
/** PostgreSQL's name for a socket in a folder, with the port that the client asks for. */
const PORT = 5432;

/**
 * PostgreSQL in this process (PGlite), reached through a socket in a folder that only this user can enter: no port is
 * opened. One process at a time may hold `folder`; without a folder the data live in memory.
 */
export async function openEmbedded(folder: string | undefined, onLost: (error: Error) => void): Promise<Database> {
  const lock = folder === undefined ? undefined : await lockFolder(folder, onLost);
  const closing = new AsyncDisposableStack();
  closing.defer(async () => lock?.release());
  try {
    const postgres = await openCluster(folder);
    closing.defer(() => postgres.close());

    const socketFolder = await mkdtemp(join(tmpdir(), "flame-"));
    closing.defer(() => rm(socketFolder, { recursive: true, force: true }));
    const server = new PGLiteSocketServer({
      db: postgres,
      path: join(socketFolder, `.s.PGSQL.${PORT}`),
      maxConnections: SOCKET_CONNECTIONS,
    });
    await server.start();
    closing.defer(() => server.stop());

    const store = new PostgresStore({
      id: "flame",
      host: socketFolder,
      port: PORT,
      database: "postgres",
      user: "postgres",
      password: "none",
      max: POOL_SIZE,
    });
    closing.defer(() => store.close());
    await store.init();
    return { kind: "embedded", store, close: () => closing.disposeAsync() };
  } catch (error) {
    await closing.disposeAsync();
    throw error;
  }
}
