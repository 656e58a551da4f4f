import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client, type QueryResultRow } from "pg";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { until } from "../support/agent/until.ts";
import { freePort } from "./free-port.ts";
import { HOME_VARIABLE, postgresqlHome } from "./postgresql-install.ts";

/** The user of no rights that the server runs as where the suite is root: PostgreSQL refuses root. */
const NOBODY = { uid: 65_534, gid: 65_534 };
const START_BOUND_MILLISECONDS = 30_000;

/**
 * Whether there is a PostgreSQL with pgvector. A machine without it skips its suites and says so; where `CI` is set it
 * is an error, since the pipeline installs it.
 */
export function havePostgresql(): boolean {
  if (postgresqlHome()) return true;
  const fix = `fix: node test/engines/postgresql-install.ts, or name a PostgreSQL with pgvector in ${HOME_VARIABLE}`;
  if (process.env.CI) throw new Error(`No PostgreSQL with pgvector, and CI is set; ${fix}`);
  console.warn(`skipped: no PostgreSQL with pgvector on this machine; ${fix}`);
  return false;
}

/** A PostgreSQL server of the suite's own, on loopback, in a temporary folder. */
export interface PostgresqlServer extends AsyncDisposable {
  /** Its address as the superuser. */
  readonly url: string;
  /** An empty database, with the variables by which the agent opens it. */
  newDatabase(): Promise<PostgresqlDatabase>;
  /** Ends it in the middle of its work, as a power cut does: its clients get no word. */
  crash(): Promise<void>;
  /** Starts it again on the same port and data, and resolves when it answers. */
  start(): Promise<void>;
}

/** A database of the server. */
interface PostgresqlDatabase {
  readonly variables: Readonly<Record<string, string>>;
  query<Row extends QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface PostgresqlOptions {
  /** Folder to put the data folder in, such as a small file system. Default: the system's temporary folder. */
  readonly parentFolder?: string;
  /** False: it doesn't wait for the disk: faster, but killed it forgets its last commits. Default. */
  readonly durable?: boolean;
}

/** Makes a cluster and starts a server on it. Disposing ends the server and removes the data. */
export async function startPostgresql({
  parentFolder = tmpdir(),
  durable = false,
}: PostgresqlOptions = {}): Promise<PostgresqlServer> {
  const home = postgresqlHome();
  if (!home) throw new Error(`No PostgreSQL with pgvector; fix: set ${HOME_VARIABLE}`);
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  const folder = await mkdtemp(join(parentFolder, "flame-postgresql-"));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  if (user) await chown(folder, user.uid, user.gid);
  const data = join(folder, "data");
  await promisify(execFile)(
    join(home, "bin", "initdb"),
    ["-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"],
    { ...user, cwd: folder, env: { PATH: process.env.PATH, LC_ALL: "C" } },
  );
  const port = await freePort();
  const url = `postgresql://postgres@127.0.0.1:${port}/postgres`;
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=400",
    "shared_buffers=64MB",
  ];
  if (!durable) settings.push("fsync=off", "synchronous_commit=off");

  let server: ChildProcess | undefined;
  const start = async () => {
    let said = "";
    const child = spawn(
      join(home, "bin", "postgres"),
      ["-D", data, "-p", `${port}`, ...settings.flatMap((it) => ["-c", it])],
      {
        ...user,
        cwd: folder,
        env: { LC_ALL: "C" },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    });
    server = child;
    endWithSuite(child, "SIGQUIT");
    await until(
      () => `PostgreSQL answers on port ${port}: ${said}`,
      async () => {
        if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}: ${said}`);
        return queryOnce(url, "select 1").then(
          () => true,
          () => false,
        );
      },
      START_BOUND_MILLISECONDS,
    );
  };
  const end = async (signal: NodeJS.Signals) => {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  };
  undo.defer(() => end("SIGQUIT"));
  await start();

  const owned = undo.move();
  return {
    url,
    start,
    crash: () => end("SIGQUIT"),
    async newDatabase() {
      const name = `flame_${randomUUID().replaceAll("-", "")}`;
      await queryOnce(url, `create database ${name}`);
      const address = `postgresql://postgres@127.0.0.1:${port}/${name}`;
      return {
        variables: {
          FLAME_DATABASE: "postgresql",
          FLAME_DATABASE_URL: address,
          FLAME_DATABASE_PASSWORD: "not-asked-for",
        },
        query: (sql, values) => queryOnce(address, sql, values),
      };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function queryOnce<Row extends QueryResultRow>(
  url: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that is ended under it must not end the suite.
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
