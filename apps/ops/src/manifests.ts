import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Manifest } from "../../../components/topology/index.ts";
import { pathInside } from "./path-inside.ts";

/** What lies in the folder after rendering, relative to the project. */
interface Written {
  readonly written: readonly string[];
  /** Files that an earlier plan, or somebody, has left there. */
  readonly others: readonly string[];
}

/** Writes manifests below a folder of the project. Throws before anything is written where a path leads out of it. */
export async function writeManifests(manifests: readonly Manifest[], folder: string): Promise<Written> {
  const out = pathInside(process.cwd(), folder, "--out");
  const files = manifests.map(({ path, content }) => ({ file: pathInside(out, path, "manifest"), content }));
  for (const { file, content } of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const written = files.map(({ file }) => relative(process.cwd(), file));
  const present = await readdir(out, { recursive: true, withFileTypes: true });
  const others = present
    .filter((entry) => entry.isFile())
    .map((entry) => relative(process.cwd(), join(entry.parentPath, entry.name)))
    .filter((path) => !written.includes(path));
  return { written, others: others.sort() };
}

/** Manifests one after another, each below its path. */
export function manifestsText(manifests: readonly Manifest[]): string {
  return manifests.map(({ path, content }) => `==> ${path} <==\n${content}`).join("\n");
}
