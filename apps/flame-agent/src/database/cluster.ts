import { existsSync, openAsBlob, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";

/**
 * An empty cluster as `dumpDataDir` wrote it, made by the image's build for the PGlite that is installed. With it a first
 * start takes 0.8 s and 370 MiB; without it PostgreSQL's own initialisation runs, with 2.1 s and 620 MiB (measured).
 */
export const TEMPLATE_FILE = fileURLToPath(
  new URL(`../../database-template-${pgliteVersion()}.tar.gz`, import.meta.url),
);

/** Opens the PostgreSQL cluster in the folder, or one in memory; makes it on the first start. */
export async function openCluster(folder: string | undefined): Promise<PGlite> {
  compileOnce();
  if (folder === undefined) return newCluster(undefined);
  const cluster = join(folder, "database");
  const unfinished = join(folder, "database.unfinished");
  // The mark tells a start that was killed while it made the cluster: what it left is made anew.
  if (existsSync(unfinished)) await rm(cluster, { recursive: true, force: true });
  if (existsSync(cluster))
    return PGlite.create({ dataDir: cluster, extensions: { vector } }).catch((error) => cannotOpen(cluster, error));

  await writeFile(unfinished, "");
  const postgres = await newCluster(cluster);
  await rm(unfinished);
  return postgres;
}

/** An empty cluster to start others from: the content of {@link TEMPLATE_FILE}. */
export async function dumpTemplate(): Promise<Buffer> {
  compileOnce();
  const cluster = await PGlite.create({ extensions: { vector } });
  const dump = await cluster.dumpDataDir("gzip");
  await cluster.close();
  return Buffer.from(await dump.arrayBuffer());
}

async function newCluster(dataDir: string | undefined): Promise<PGlite> {
  const loadDataDir = existsSync(TEMPLATE_FILE) ? await openAsBlob(TEMPLATE_FILE) : undefined;
  return PGlite.create({ dataDir, loadDataDir, extensions: { vector } });
}

function cannotOpen(cluster: string, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new Error(
    `FLAME_DATA_FOLDER: the database in "${cluster}" can't be opened (${reason}); allowed: one that this version of the agent made; fix: restore it from a backup, or name an empty folder`,
    { cause },
  );
}

function pgliteVersion(): string {
  const manifest: unknown = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.resolve("@electric-sql/pglite")), "utf8"),
  );
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}

/**
 * Has V8 compile WebAssembly once, plainly. Its optimising compiler would need up to 600 MiB more for some seconds
 * after the start (measured: peak 994 MiB against 399 MiB), for queries that are no faster at an agent's load.
 */
function compileOnce(): void {
  for (const flag of ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);
}
