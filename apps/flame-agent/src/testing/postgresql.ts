import { basename } from "node:path";
import { Client } from "pg";
import pino from "pino";
import { parseConfiguration } from "../configuration.ts";
import { TEMPLATE_FILE } from "../database/cluster.ts";
import { openDatabase } from "../database/index.ts";

/**
 * Address of a real PostgreSQL server with pgvector, as its superuser: `postgresql://postgres@127.0.0.1:5432/postgres`.
 * Where it is given, every test that leaves the database open runs on it, each on a database of its own. One with the
 * empty schema, `flame_template_…`, stays on the server to copy the others from.
 */
export const POSTGRESQL_URL = process.env.FLAME_TEST_POSTGRESQL_URL;

/** The copied database, named by what the schema is made of, as the embedded one's file is. */
const TEMPLATE = basename(TEMPLATE_FILE, ".tar").replace("database", "flame").replaceAll(/\W/g, "_");
/** Number of the lock that the one process holds that makes the template. */
const TEMPLATE_LOCK = 0x74_65_73_74;

/** A database of a test's own on the real server. */
export interface TestPostgresql {
  /** What an agent opens it by. */
  readonly variables: Readonly<Record<string, string>>;
  readonly name: string;
  remove(): Promise<void>;
}

let template: Promise<void> | undefined;

/** A database on the real server with the empty schema of this build. */
export async function newPostgresql(): Promise<TestPostgresql> {
  template ??= ensureTemplateDatabase();
  await template;
  return createDatabase(` template ${TEMPLATE}`);
}

/** A database on the real server with nothing in it. */
export const emptyPostgresql = (): Promise<TestPostgresql> => createDatabase("");

async function createDatabase(from: string): Promise<TestPostgresql> {
  const name = `flame_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer((client) => client.query(`create database ${name}${from}`));
  const remove = () => onServer((client) => client.query(`drop database if exists ${name} with (force)`));
  return { name, variables: variablesOf(name), remove: async () => void (await remove()) };
}

function variablesOf(name: string): Readonly<Record<string, string>> {
  const server = new URL(serverUrl());
  return {
    FLAME_DATABASE: "postgresql",
    FLAME_DATABASE_URL: `postgresql://${server.username}@${server.host}/${name}`,
    FLAME_DATABASE_PASSWORD: server.password || "none",
  };
}

/** Makes the template, in one process while the others wait; it bears its name only once it is whole. */
async function ensureTemplateDatabase(): Promise<void> {
  await onServer(async (client) => {
    await client.query("select pg_advisory_lock($1)", [TEMPLATE_LOCK]);
    const found = await client.query("select from pg_database where datname = $1", [TEMPLATE]);
    if (found.rowCount !== 0) return;
    const unfinished = `${TEMPLATE}_unfinished`;
    await client.query(`drop database if exists ${unfinished} with (force)`);
    await client.query(`create database ${unfinished}`);
    const { database } = parseConfiguration(variablesOf(unfinished));
    const opened = await openDatabase(database, pino({ level: "silent" }), (error) => {
      throw error;
    });
    await opened.close();
    await client.query(`alter database ${unfinished} rename to ${TEMPLATE}`);
  });
}

async function onServer<Result>(work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function serverUrl(): string {
  if (POSTGRESQL_URL) return POSTGRESQL_URL;
  throw new Error("FLAME_TEST_POSTGRESQL_URL is absent; fix: set it to a PostgreSQL with pgvector");
}
