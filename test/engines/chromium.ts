import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/**
 * Where a Chromium is on PATH. A machine without one skips its suites and says so;
 * where `CI` is set it is an error, since the pipeline installs it.
 */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined && process.env.CI) {
    throw new Error("there is no Chromium on PATH, and CI is set: run .ci/install-engines first");
  }
  if (found === undefined) console.warn("skipped: no Chromium on PATH (.ci/install-engines installs it)");
  return found;
}

/** Starts the browser that `findChromium` found; root may not use its sandbox. */
export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
