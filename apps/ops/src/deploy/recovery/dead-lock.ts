import { readdir, readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { codeOf, RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { isAlive, processStartedAt } from "../process-start.ts";
import type { Tell } from "../step.ts";

/** What a lock of Pulumi's says: who has taken it (pkg/backend/diy/lock.go). */
const Lock = z.object({ pid: z.int(), username: z.string(), hostname: z.string(), timestamp: z.string() });

/** Pause between two looks at a process that still works. */
const LOOK_MS = 500;

/**
 * Takes away the locks that killed operations have left on an environment's state, each only once its process is known
 * to be gone. One that still works is waited for. Resolves with what was taken away, in words.
 * Throws a `RunFailure` where a lock's process goes on, or is another machine's.
 */
export async function clearDeadLocks(
  environment: string,
  place: Place,
  waitSeconds: number,
  tell: Tell,
): Promise<readonly string[]> {
  const said: string[] = [];
  const end = performance.now() + waitSeconds * 1000;
  for (const path of await locksOf(environment, place)) {
    for (;;) {
      const lock = await readLock(path);
      if (lock === undefined) break;
      if (lock.hostname !== hostname()) throw otherMachine(environment, path, lock);
      if (await isGone(lock)) {
        // The backend keeps a file of attributes beside each.
        for (const one of [path, `${path}.attrs`]) await rm(one, { force: true });
        said.push(`took away the lock of process ${lock.pid}, which is gone (it was taken ${lock.timestamp})`);
        break;
      }
      if (performance.now() > end) throw stillWorks(environment, lock);
      tell(`process ${lock.pid} still works on ${environment}: waiting for it`);
      await delay(LOOK_MS);
    }
  }
  return said;
}

/** Files of the lock folder; a stack's lie in `organization/<project>/<stack>`. */
async function locksOf(environment: string, place: Place): Promise<string[]> {
  const entries = await readdir(place.locks, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => path.split(/[\\/]/).at(-2) === environment);
}

async function readLock(path: string): Promise<z.output<typeof Lock> | undefined> {
  try {
    return Lock.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new RunFailure({
      place: path,
      found: "isn't a lock that can be read",
      mend: "make sure that nobody works on the environment, then remove the file",
    });
  }
}

/** Whether the process that took a lock has ended: there is none of its id, or one that started after the lock was taken. */
async function isGone({ pid, timestamp }: z.output<typeof Lock>): Promise<boolean> {
  if (!isAlive(pid)) return true;
  const startedAt = await processStartedAt(pid);
  return startedAt !== undefined && startedAt > Date.parse(timestamp) + CLOCK_MARGIN_MS;
}

/** The system counts a process' start from a boot that it knows to the second. */
const CLOCK_MARGIN_MS = 2000;

function stillWorks(environment: string, { pid, username, timestamp }: z.output<typeof Lock>): RunFailure {
  return new RunFailure({
    place: `environment ${environment}`,
    found: `another operation works on it: process ${pid} of ${username}, since ${timestamp}`,
    allowed: "one operation at a time",
    mend: `wait until it has ended; where it hangs, end it (kill ${pid}) and run the command again: it goes on from what is there`,
  });
}

function otherMachine(environment: string, path: string, { pid, username, hostname: host }: z.output<typeof Lock>) {
  return new RunFailure({
    place: `environment ${environment}`,
    found: `process ${pid} of ${username} on ${host} has locked its state`,
    allowed: "one operation at a time; whether a process of another machine is gone can't be seen from here",
    mend: `wait until it has ended; once you know that it is gone, remove ${path}`,
  });
}
