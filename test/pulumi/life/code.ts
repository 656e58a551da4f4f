import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
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

/** The release before this one: whoever has it brought stacks up by it. */
const EARLIER_RELEASE = "b8baf65e343a0fae5e8d797a27a39b08fe808cff";

/** The tree of an earlier release, with the libraries of this one; `undefined` where its history isn't here. */
export async function codeOfEarlierRelease(): Promise<Code | undefined> {
  const git = execa({ cwd: TREE, encoding: "buffer" });
  const { stdout, exitCode } = await git({ reject: false })`git archive ${EARLIER_RELEASE}`;
  if (exitCode !== 0) {
    console.warn(`skipped: no history back to the release ${EARLIER_RELEASE}`);
    return undefined;
  }
  const code = await emptyCode();
  await execa({ input: stdout })`tar --extract --directory ${code.folder}`;
  return code;
}

/** A folder with the libraries of this tree. */
async function emptyCode(): Promise<Code> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-code-"));
  await symlink(join(TREE, "node_modules"), join(folder, "node_modules"));
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
