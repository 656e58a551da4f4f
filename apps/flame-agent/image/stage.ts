import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { TEMPLATE_FILE } from "../src/database/cluster.ts";
import { dumpTemplate } from "../src/database/template.ts";
import { productionPackages } from "./closure.ts";
import { isInImage } from "./source.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");
const APP = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** What a running program never reads: types, source maps, documentation. Licences stay. */
const UNUSED_FILE =
  /\.(map|d\.[cm]?ts|tsbuildinfo|md|markdown)$|^(?:\.npmignore|\.eslintrc.*|\.travis\.yml|tsconfig.*\.json)$/i;
const LICENCE = /licen[cs]e|notice/i;
const UNUSED_FOLDER = /\/dist\/(docs|_types)$/;

/**
 * Writes into `folder` what the image holds: the app's sources, exactly the packages that it runs with, an empty
 * database to start from, and /data. Times are all the same, so that the same sources give the same layers.
 */
export async function stage(folder: string): Promise<void> {
  for (const path of productionPackages(ROOT, APP)) copy(join(ROOT, path), join(folder, path), isUsed);
  const app = join(folder, relative(ROOT, APP));
  copy(join(APP, "src"), join(app, "src"), isInImage);
  copy(join(APP, "package.json"), join(app, "package.json"), () => true);
  copy(await template(), join(app, basename(TEMPLATE_FILE)), () => true);
  mkdirSync(join(folder, "owned/data"), { recursive: true });
  chmodSync(join(folder, "owned/data"), 0o700);
  for (const path of ["", ...globSync("**", { cwd: folder })]) lutimesSync(join(folder, path), 0, 0);
}

function copy(from: string, to: string, filter: (path: string) => boolean): void {
  const root = lstatSync(from).isDirectory() ? from : undefined;
  // Packages nested in another's node_modules are copied when their own turn comes.
  const nested = root && join(root, "node_modules");
  cpSync(from, to, { recursive: true, filter: (path) => path !== nested && filter(path) });
}

function isUsed(path: string): boolean {
  const name = basename(path);
  if (statSync(path).isDirectory()) return !UNUSED_FOLDER.test(path);
  return LICENCE.test(name) || !UNUSED_FILE.test(name);
}

/** The empty database, made once for the PGlite that is installed. */
async function template(): Promise<string> {
  if (!existsSync(TEMPLATE_FILE)) writeFileSync(TEMPLATE_FILE, await dumpTemplate());
  return TEMPLATE_FILE;
}
