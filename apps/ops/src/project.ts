import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { Refused } from "./refused.ts";

/** File that marks a project's folder. */
const PROJECT_FILE = "Pulumi.yaml";

/** What a command needs of `Pulumi.yaml`. */
const Project = z.object({ name: z.string().min(1), main: z.string().min(1) });
export type Project = z.output<typeof Project>;

/** The folder with `Pulumi.yaml`: the given one or the nearest above it. */
export function findProjectFolder(from: string): string {
  const folders = ancestors(resolve(from));
  const found = folders.find((folder) => existsSync(join(folder, PROJECT_FILE)));
  if (found !== undefined) return found;
  throw new Refused({
    place: "project folder",
    given: `no ${PROJECT_FILE} in ${resolve(from)} or above it`,
    allowed: `a folder with ${PROJECT_FILE}, or one below it`,
    mend: "change into the project, or name it with --project",
  });
}

/** Reads the working folder's `Pulumi.yaml`. */
export async function readProject(): Promise<Project> {
  const read = Project.safeParse(parse(await readFile(PROJECT_FILE, "utf8")));
  if (read.success) return read.data;
  throw new Refused({
    place: PROJECT_FILE,
    given: z.prettifyError(read.error),
    allowed: "a project with a name and a main module",
    mend: "write main: stacks/index.ts",
  });
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}
