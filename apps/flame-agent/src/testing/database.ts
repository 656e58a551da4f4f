import { existsSync } from "node:fs";
import { link, rm, writeFile } from "node:fs/promises";
import pino from "pino";
import { parseConfiguration } from "../configuration.ts";
import { openCluster, TEMPLATE_FILE } from "../database/cluster.ts";
import { serveCluster } from "../database/embedded.ts";
import { type Database, openDatabase } from "../database/index.ts";
import type { SchemaOptions } from "../database/schema.ts";
import { dumpTemplate } from "../database/template.ts";
import { type AtEnd, atEndOfTest } from "./at-end.ts";
import { newPostgresql, POSTGRESQL_URL, type TestPostgresql } from "./postgresql.ts";

/** The drivers that database tests run against: PostgreSQL only where a server is named. */
export const DRIVERS = POSTGRESQL_URL ? (["embedded", "postgresql"] as const) : (["embedded"] as const);
export type Driver = (typeof DRIVERS)[number];

/** What tests use that don't choose. */
const DRIVER: Driver = POSTGRESQL_URL ? "postgresql" : "embedded";

type Variables = Readonly<Record<string, string>>;

/** Has embedded databases start from a ready schema (0.5 s) rather than from nothing (3 s). */
async function ensureTemplate(): Promise<void> {
  if (existsSync(TEMPLATE_FILE)) return;
  const unfinished = `${TEMPLATE_FILE}.${process.pid}`;
  await writeFile(unfinished, await dumpTemplate());
  // Never in the place of one that another process has made: it may be read just then.
  await link(unfinished, TEMPLATE_FILE).catch(() => {});
  await rm(unfinished);
}

/** A database of the caller's own; closing it removes it. */
export async function testDatabase(driver: Driver = DRIVER): Promise<Database> {
  if (driver === "embedded") return openTestDatabase({ FLAME_DATABASE: "embedded" });
  const { variables, remove } = await newPostgresql();
  const database = await openTestDatabase(variables);
  return {
    ...database,
    close: async () => {
      await database.close();
      await remove();
    },
  };
}

/**
 * A database that stays when what opened it is closed, removed with the running test: for agents one after the other.
 * An embedded one is in memory, where opening it again takes no time.
 */
export async function lastingDatabase(): Promise<() => Promise<Database>> {
  if (DRIVER === "postgresql") {
    const { variables, remove } = await newPostgresql();
    atEndOfTest(remove);
    return () => openTestDatabase(variables);
  }
  await ensureTemplate();
  const cluster = await openCluster(undefined);
  atEndOfTest(() => cluster.close());
  return () => serveCluster(cluster);
}

/** Does what others do to a database: a killed process, an operator. Nobody else may have an embedded one open. */
export async function onDatabase<Result>(
  open: () => Promise<Database>,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  const database = await open();
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Opens the database that a test's agents with these variables work with. */
export async function openTestDatabase(variables: Variables, schema: SchemaOptions = {}): Promise<Database> {
  const { database } = parseConfiguration(await placed(variables));
  const onLost = (error: Error) => {
    throw error;
  };
  return openDatabase(database, pino({ level: "silent" }), onLost, schema);
}

/** The databases that stand for data folders. */
const databasesOfFolders = new Map<string, Promise<TestPostgresql>>();

/**
 * The variables, with a database on the real server where one is named and they leave the kind of database open: each
 * data folder has one, removed at the end (by default the running test's), and so has a test without a folder.
 */
export async function placed(variables: Variables, atEnd: AtEnd = atEndOfTest): Promise<Variables> {
  const { FLAME_DATA_FOLDER: folder = crypto.randomUUID(), ...others } = variables;
  if (DRIVER === "embedded" || variables.FLAME_DATABASE !== undefined) {
    if (variables.FLAME_DATABASE !== "postgresql") await ensureTemplate();
    return variables;
  }
  const known = databasesOfFolders.get(folder);
  const database = known ?? newPostgresql();
  if (!known) {
    databasesOfFolders.set(folder, database);
    atEnd(async () => (await database).remove());
  }
  return { ...others, ...(await database).variables };
}
