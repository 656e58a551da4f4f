import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { codeOf, RunFailure } from "../failure.ts";

/** Throws a `RunFailure` with the port's owner, where it can be found, if this process can't listen there. */
export async function requireFreePort(address: string, port: number): Promise<void> {
  const code = await listenCode(address, port);
  if (code === "EADDRINUSE") throw await portInUse(address, port);
  if (code === undefined) return;
  throw new RunFailure({
    place: "agent.ports.0",
    found: `${address}:${port} can't be listened on (${code})`,
    allowed: "an address of this machine with a port that this user may open",
    mend: "choose another address or hostPort",
  });
}

/** The same for ports that a container engine opens, which may do so where this process may not. */
export async function requireNobodyListens(ports: readonly { address: string; hostPort: number }[]): Promise<void> {
  for (const { address, hostPort } of ports) {
    if ((await listenCode(address, hostPort)) === "EADDRINUSE") throw await portInUse(address, hostPort);
  }
}

async function portInUse(address: string, port: number): Promise<RunFailure> {
  const owner = await portOwner(port);
  return new RunFailure({
    place: "published port",
    found: `${address}:${port} is in use${owner === undefined ? "" : ` by ${owner}`}`,
    allowed: "a port that nobody listens on",
    mend: "stop what holds it, or choose another hostPort",
  });
}

/** The code with which listening fails; `undefined` where it works. */
function listenCode(address: string, port: number): Promise<string | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", (error) => resolve(codeOf(error) ?? error.message));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Who listens on a port, as Linux tells: `node (process 123)`. Processes of other users can't be seen into. */
async function portOwner(port: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((name) => readFile(`/proc/net/${name}`, "utf8").catch(() => "")),
  );
  const sockets = tables.flatMap((table) => listeningSockets(table, port));
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    if (await holdsSocket(pid, sockets)) {
      const name = await readFile(`/proc/${pid}/comm`, "utf8").catch(() => "");
      return `${name.trim()} (process ${pid})`;
    }
  }
  return undefined;
}

/** Inodes of the sockets that listen on a port: column 2 is the address, 4 the state, 10 the inode. */
function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    return columns[1]?.endsWith(suffix) && columns[3] === LISTENING ? (columns[9] ?? []) : [];
  });
}

const LISTENING = "0A";

async function holdsSocket(pid: string, sockets: readonly string[]): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => "")));
  return targets.some((target) => sockets.some((inode) => target === `socket:[${inode}]`));
}
