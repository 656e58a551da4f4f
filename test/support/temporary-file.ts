import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file that is deleted when its scope ends: `await using file = await temporaryFile(…)`. */
export async function temporaryFile(name: string, content: string) {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-"));
  const path = join(folder, name);
  await writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
