import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { type StoredResource, storedResources, topologyNameIn } from "../../../../stacks/changes/index.ts";
import { placeOf } from "../deploy/place.ts";
import { readProject } from "../project.ts";
import { Refused } from "../refused.ts";

/** What a plan is held against: a state of a folder, or a file that `pulumi stack export` has written. */
export interface StoredState {
  /** Path of the file. */
  readonly path: string;
  readonly resources: readonly StoredResource[];
  /** Name of the component that made them. */
  readonly topologyName: string | undefined;
}

/**
 * The state that an environment was brought up into, read without an engine: the named file, else that of the project's
 * own folder or of `PULUMI_BACKEND_URL` where that is a folder. `undefined` where there is none.
 * Throws `Refused` where the named file can't be read as a state.
 */
export async function readStoredState(environment: string, file?: string): Promise<StoredState | undefined> {
  const path = file ?? (await stateFileOf(environment));
  if (path === undefined) return undefined;
  try {
    const bytes = await readFile(path);
    const text = path.endsWith(".gz") ? gunzipSync(bytes) : bytes;
    const document: unknown = JSON.parse(text.toString("utf8"));
    return { path, resources: storedResources(document), topologyName: topologyNameIn(document) };
  } catch {
    throw new Refused({
      place: file === undefined ? `state of ${environment}` : "--against-state",
      given: `${path}, which can't be read as a state`,
      allowed: "a file of a state folder, or one that pulumi stack export has written",
      mend: `run: pulumi stack export --stack ${environment} --file state.json, and name that file`,
    });
  }
}

async function stateFileOf(environment: string): Promise<string | undefined> {
  const { name } = await readProject();
  const { PULUMI_BACKEND_URL: backend = "" } = process.env;
  const folders = [placeOf(environment).state, ...(backend.startsWith("file:///") ? [fileURLToPath(backend)] : [])];
  const stacks = folders.map((folder) => join(folder, ".pulumi", "stacks", name, `${environment}.json`));
  return stacks.flatMap((stack) => [stack, `${stack}.gz`]).find((path) => existsSync(path));
}
