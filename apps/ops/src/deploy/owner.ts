import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, resolve } from "node:path";
import { z } from "zod";
import type { Owner } from "../../../../stacks/ownership.ts";
import { codeOf, RunFailure } from "./failure.ts";
import type { Place } from "./place.ts";

const Stored = z.object({ id: z.string().min(1) });

/** Who this project is to the engines; `undefined` where it has brought nothing up yet. */
export async function findOwner(place: Place): Promise<Owner | undefined> {
  try {
    const { id } = Stored.parse(JSON.parse(await readFile(place.owner, "utf8")));
    return { id, place: ownPlace() };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new RunFailure({
      place: place.owner,
      found: "can't be read as this project's own name",
      allowed: "what blueprint up writes",
      mend: "restore it from where the project's .blueprint folder is kept, or remove it: the folder's path then tells whose objects are",
    });
  }
}

/** The same; it is made where there is none, and stays as long as the state. */
export async function makeOwner(place: Place): Promise<Owner> {
  const found = await findOwner(place);
  if (found !== undefined) return found;
  await mkdir(dirname(place.owner), { recursive: true, mode: 0o700 });
  await writeFile(place.owner, `${JSON.stringify({ id: randomUUID() })}\n`, { mode: 0o600, flag: "wx" }).catch(
    (error: unknown) => {
      // Another one has made it at the same time.
      if (codeOf(error) !== "EEXIST") throw error;
    },
  );
  return makeOwner(place);
}

/** This machine and the project's folder. */
export function ownPlace(): string {
  return `${hostname()}:${resolve(".")}`;
}
