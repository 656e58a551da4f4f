import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { Client } from "pg";
import pino from "pino";
import { parseConfiguration } from "../configuration.ts";
import { TEMPLATE_FILE } from "../database/cluster.ts";
import { type Database, openDatabase } from "../database/index.ts";
import type { SchemaOptions } from "../database/schema.ts";
import { dumpTemplate } from "../database/template.ts";

/** Address of a real PostgreSQL server with pgvector, as its superuser: `postgresql://postgres@127.0.0.1:5432/postgres`. */
export const POSTGRESQL_URL = process.env.FLAME_TEST_POSTGRESQL_URL;

/** The drivers that database tests run against: PostgreSQL only where a server is named. */
export const DRIVERS = POSTGRESQL_URL ? (["embedded", "postgresql"] as const) : (["embedded"] as const);
export type Driver = (typeof DRIVERS)[number];

/** Has embedded databases start from a ready schema (0.5 s) rather than from nothing (3 s). */
export async function ensureTemplate(): Promise<void> {
  if (existsSync(TEMPLATE_FILE)) return;
  const unfinished = `${TEMPLATE_FILE}.${process.pid}`;
  await writeFile(unfinished, await dumpTemplate());
  await rename(unfinished, TEMPLATE_FILE).catch(() => rm(unfinished, { force: true }));
}

/** A database of the caller's own; closing it removes it. */
export async function testDatabase(driver: Driver = "embedded"): Promise<Database> {
  if (driver === "postgresql") {
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
  await ensureTemplate();
  return openTestDatabase({});
}

/** Opens the database that the variables name. */
export function openTestDatabase(
  variables: Readonly<Record<string, string>>,
  schema: SchemaOptions = {},
): Promise<Database> {
  const onLost = (error: Error) => {
    throw error;
  };
  return openDatabase(parseConfiguration(variables).database, pino({ level: "silent" }), onLost, schema);
}

/** An empty database on the real server, with the variables that an agent opens it by. */
export async function newPostgresql() {
  if (!POSTGRESQL_URL)
    throw new Error("FLAME_TEST_POSTGRESQL_URL is absent; fix: set it to a PostgreSQL with pgvector");
  const server = new URL(POSTGRESQL_URL);
  const name = `flame_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await onServer(`create database ${name}`);
  const variables = {
    FLAME_DATABASE: "postgresql",
    FLAME_DATABASE_URL: `postgresql://${server.username}@${server.host}/${name}`,
    FLAME_DATABASE_PASSWORD: server.password || "none",
  };
  return { variables, name, remove: () => onServer(`drop database if exists ${name} with (force)`) };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: POSTGRESQL_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
