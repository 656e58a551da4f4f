import { existsSync } from "node:fs";
import { copyFile, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readProject } from "../../project.ts";
import { codeOf } from "../failure.ts";
import type { Place } from "../place.ts";

/**
 * Mends what a kill in the middle of a write has left of an environment's state. Pulumi replaces a state's file at once,
 * but writes the file of attributes beside it in place, and can't read the state where that one is cut off: it is only a
 * checksum, and the state is read without it. Where the state itself is cut off, the one before takes its place. To be
 * called while nobody works on the state. Resolves with what was mended, in words.
 */
export async function healState(environment: string, place: Place): Promise<readonly string[]> {
  const cut = await cutAttributes(place.state);
  for (const path of cut) await rm(path, { force: true });
  const { name } = await readProject();
  const file = join(place.state, ".pulumi", "stacks", name, `${environment}.json`);
  const restored = await restoreBackup(file);
  return [
    ...(cut.length > 0 ? ["an earlier run was killed while it wrote the state: mended"] : []),
    ...(restored ? ["the state was cut off: the one before took its place"] : []),
  ];
}

async function cutAttributes(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".attrs"))
    .map((entry) => join(entry.parentPath, entry.name));
  const whole = await Promise.all(paths.map(isJson));
  return paths.filter((_, index) => whole[index] === false);
}

async function restoreBackup(file: string): Promise<boolean> {
  const backup = `${file}.bak`;
  if (!existsSync(backup) || (existsSync(file) && (await isJson(file))) || !(await isJson(backup))) return false;
  // A stack that was removed leaves a backup too, without a file.
  if (!existsSync(file)) return false;
  await copyFile(backup, file);
  // The checksum is the other one's.
  await rm(`${file}.attrs`, { force: true });
  return true;
}

async function isJson(path: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(path, "utf8"));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
