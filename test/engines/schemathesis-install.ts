import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { engineCache } from "./engine-cache.ts";

const PACKAGE = "schemathesis==4.32.5";

/** Folder of the Python packages of Schemathesis; undefined where it isn't installed. Where `CI` is set it is an error. */
export function schemathesisPackages(): string | undefined {
  const folder = engineCache(PACKAGE);
  if (existsSync(join(folder, "schemathesis"))) return folder;
  if (process.env.CI) throw new Error(`${PACKAGE} isn't in ${folder}, and CI is set: run .ci/install-engines first`);
  console.warn(`skipped: no ${PACKAGE} (.ci/install-engines installs it)`);
  return undefined;
}

/** Puts it and what it needs into the cache, whole or not at all. */
async function installSchemathesis(): Promise<string> {
  const folder = engineCache(PACKAGE);
  if (existsSync(join(folder, "schemathesis"))) return folder;
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true, mode: 0o755 });
  await execa("python3", ["-m", "pip", "install", "--quiet", "--target", unfinished, PACKAGE]);
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
  return folder;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) console.log(await installSchemathesis());
