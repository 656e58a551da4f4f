import { lstat, mkdtemp, readdir, rm, rmdir } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** PostgreSQL's name for a socket in a folder, with the port that the client asks for. */
export const SOCKET_PORT = 5432;
const SOCKET = `.s.PGSQL.${SOCKET_PORT}`;
const PREFIX = "flame-";
/** What `mkdtemp` makes of the prefix. */
const NAME = new RegExp(`^${PREFIX}[A-Za-z0-9]{6}$`);
/** A folder without a socket is that of a process that is just starting, for this long, in milliseconds. */
const STARTING_MILLISECONDS = 60_000;

/** A folder for the socket of an embedded database, which only this user can enter. */
export async function makeSocketFolder(): Promise<{ readonly folder: string; readonly socket: string }> {
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  return { folder, socket: join(folder, SOCKET) };
}

/**
 * Removes the socket folders of processes that were killed. Whether somebody lives behind a socket is asked of the
 * socket itself: process ids say nothing where several containers share the folder. What can't be told is left.
 */
export async function sweepSocketFolders(parent = tmpdir()): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const folders = names.filter((name) => NAME.test(name)).map((name) => join(parent, name));
  // Another process may sweep at the same time, or may own what we can't touch: neither keeps us from starting.
  await Promise.all(folders.map((folder) => sweep(folder).catch(() => {})));
}

async function sweep(folder: string): Promise<void> {
  const [content, ...others] = await readdir(folder);
  if (others.length > 0 || (content !== undefined && content !== SOCKET)) return;
  const socket = join(folder, SOCKET);
  const abandoned = content === undefined ? await isOld(folder) : await isDead(socket);
  if (!abandoned) return;
  await rm(socket, { force: true });
  await rmdir(folder);
}

async function isOld(folder: string): Promise<boolean> {
  const { mtimeMs } = await lstat(folder);
  return Date.now() - mtimeMs > STARTING_MILLISECONDS;
}

/** True where nobody listens: the system refuses the connection itself. */
function isDead(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(false);
    });
    connection.on("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED"));
  });
}
