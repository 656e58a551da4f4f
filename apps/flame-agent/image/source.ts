import { createHash } from "node:crypto";
import { globSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const APP = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** Label of an image in which the digest of the sources stands that it was built from. */
export const SOURCE_LABEL = "blueprint.source";

/** Whether a path of the app's sources goes into its image: tests and what they use don't. */
export function isInImage(path: string): boolean {
  return !/\.test\.ts$|\/testing(\/|$)/.test(path);
}

/**
 * Digest of what decides what is in the image: the app's sources, how it is built, and the versions of its packages. Its
 * tag stays from one release to the next; this doesn't.
 */
export function sourceDigest(root = ROOT, app = APP): string {
  const sources = globSync(["src/**/*", "image/**/*", "Containerfile", "package.json"], { cwd: app })
    .map((path) => join(app, path))
    .filter((path) => isInImage(path) && statSync(path).isFile());
  const hash = createHash("sha256");
  for (const path of [...sources, join(root, "package-lock.json")].sort()) {
    const content = readFileSync(path);
    hash.update(`${relative(root, path)}\0${content.length}\0`).update(content);
  }
  return `sha256:${hash.digest("hex")}`;
}
