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

/** Whether the repository's history reaches a commit. */
export async function hasCommit(commit: string): Promise<boolean> {
  const revision = ["rev-parse", "--verify", "--quiet", `${commit}^{commit}`];
  return !(await execa("git", revision, { cwd: TREE, reject: false })).failed;
}

/** The tree of a commit. */
export async function codeOfCommit(commit: string): Promise<Code> {
  const code = await emptyCode("copied");
  const archive = join(code.folder, "archive.tar");
  await execa("git", ["archive", "--output", archive, commit], { cwd: TREE });
  await execa("tar", ["--extract", "--file", archive, "--directory", code.folder]);
  await rm(archive);
  return code;
}

/** A folder with the libraries of this tree: linked, or as a copy where an image is built of them, of hard links where it can be. */
async function emptyCode(libraries: "linked" | "copied" = "linked"): Promise<Code> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-code-"));
  const [from, to] = [join(TREE, "node_modules"), join(folder, "node_modules")];
  if (libraries === "linked") await symlink(from, to);
  else {
    const { failed } = await execa("cp", ["--archive", "--link", from, to], { reject: false });
    if (failed) await cp(from, to, { recursive: true, verbatimSymlinks: true, force: true });
  }
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
