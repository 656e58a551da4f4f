import { createHash } from "node:crypto";
import { existsSync, openAsBlob, readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { MIGRATIONS } from "./migrations/index.ts";

/**
 * A cluster with an empty schema as `dumpDataDir` wrote it, made by the image's build (and by tests) for the PGlite and
 * the schema that are installed. With it a first start takes 0.8 s and 370 MiB; without it PostgreSQL's own
 * initialisation runs, with 2.1 s and 620 MiB (measured).
 */
export const TEMPLATE_FILE = fileURLToPath(
  new URL(
    `../../database-template-${versionOf("@electric-sql/pglite")}-${versionOf("@mastra/pg")}-${schemaDigest()}.tar`,
    import.meta.url,
  ),
);

/**
 * Opens the PostgreSQL cluster in the folder, or one in memory; makes it on the first start. `withSchema`: a new one
 * may have this build's schema; without it an earlier one can be made there.
 */
export async function openCluster(
  folder: string | undefined,
  { withSchema }: { readonly withSchema: boolean } = { withSchema: true },
): Promise<PGlite> {
  compileOnce();
  if (folder === undefined) return newCluster(undefined, withSchema);
  const cluster = join(folder, "database");
  const unfinished = join(folder, "database.unfinished");
  // The mark tells a start that was killed while it made the cluster: what it left is made anew.
  if (existsSync(unfinished)) await rm(cluster, { recursive: true, force: true });
  if (existsSync(cluster))
    return PGlite.create({ dataDir: cluster, extensions: { vector } }).catch((error) => cannotOpen(cluster, error));

  await writeFile(unfinished, "");
  const postgres = await newCluster(cluster, withSchema);
  await rm(unfinished);
  return postgres;
}

async function newCluster(dataDir: string | undefined, withSchema: boolean): Promise<PGlite> {
  if (!existsSync(TEMPLATE_FILE)) return initialCluster(dataDir);
  const cluster = await PGlite.create({
    dataDir,
    loadDataDir: await openAsBlob(TEMPLATE_FILE),
    extensions: { vector },
  });
  if (!withSchema) await cluster.exec("drop schema flame cascade");
  return cluster;
}

/** A cluster as PostgreSQL's own initialisation makes it. */
export async function initialCluster(dataDir?: string): Promise<PGlite> {
  compileOnce();
  return PGlite.create({ dataDir, extensions: { vector } });
}

function cannotOpen(cluster: string, cause: unknown): never {
  const reason = cause instanceof Error ? cause.message : String(cause);
  throw new Error(
    `FLAME_DATA_FOLDER: the database in "${cluster}" can't be opened (${reason}); allowed: one that this version of the agent made; fix: restore it from a backup, or name an empty folder`,
    { cause },
  );
}

function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  const manifest: unknown = file === undefined ? undefined : JSON.parse(readFileSync(file, "utf8"));
  const hasVersion = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return hasVersion ? String(manifest.version) : "unknown";
}

function schemaDigest(): string {
  const steps = MIGRATIONS.map(({ sql }) => sql).join("\n");
  return createHash("sha256").update(steps).digest("hex").slice(0, 8);
}

/**
 * Has V8 compile WebAssembly once, plainly. Its optimising compiler would need up to 600 MiB more for some seconds
 * after the start (measured: peak 994 MiB against 399 MiB), for queries that are no faster at an agent's load.
 */
function compileOnce(): void {
  for (const flag of ["--liftoff-only", "--no-wasm-tier-up", "--no-wasm-dynamic-tiering"]) setFlagsFromString(flag);
}
