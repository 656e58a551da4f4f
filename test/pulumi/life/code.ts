import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { TREE } from "../engine.ts";

/** A tree of the project's code outside the repository. */
export interface Code extends AsyncDisposable {
  readonly folder: string;
}

/** This tree with another version of the blueprint. */
export async function codeOfVersion(version: string): Promise<Code> {
  const code = await emptyCode();
  for (const name of ["stacks", "components", "policies", "apps", "package.json", "package-lock.json", "Pulumi.yaml"]) {
    const filter = (path: string) => basename(path) !== "node_modules";
    await cp(join(TREE, name), join(code.folder, name), { recursive: true, filter });
  }
  const file = join(code.folder, "components/core/versions.ts");
  const text = await readFile(file, "utf8");
  const raised = text.replace(/^( {2}blueprint: )"[^"]*"/m, `$1"${version}"`);
  if (raised === text) throw new Error(`${file} names no version of the blueprint`);
  await writeFile(file, raised);
  return code;
}

/** A folder with the libraries of this tree. */
async function emptyCode(): Promise<Code> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-code-"));
  await symlink(join(TREE, "node_modules"), join(folder, "node_modules"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
