import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { lock } from "proper-lockfile";

/**
 * A lock whose owner hasn't renewed it for this long is stale, in milliseconds: its owner is dead. Process ids say
 * nothing here, since in a container every owner is process 1.
 */
const STALE_MILLISECONDS = 5_000;
const RENEW_MILLISECONDS = 1_000;
/** How long a start waits for the lock, in milliseconds: a stale one is over by then, with some room. */
export const WAIT_MILLISECONDS = 8_000;
const RETRY_MILLISECONDS = 250;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the folder (made if absent) for this process. A lock left by a process that was killed is taken over once it is stale; one
 * that is alive is respected, with an error after the wait. `onLost` is called if another process takes the folder
 * while we hold it (this process was stopped for longer than the lock lives): nothing may be written after that.
 */
export async function lockFolder(
  folder: string,
  onLost: (error: Error) => void,
  waitMilliseconds = WAIT_MILLISECONDS,
): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error) => cannotUse(folder, error));
  const deadline = Date.now() + waitMilliseconds;
  for (;;) {
    try {
      const release = await lock(folder, {
        lockfilePath: join(folder, "in-use.lock"),
        stale: STALE_MILLISECONDS,
        update: RENEW_MILLISECONDS,
        onCompromised: onLost,
      });
      return { release };
    } catch (error) {
      if (!isHeld(error)) cannotUse(folder, error);
      if (Date.now() > deadline) throw folderInUse(folder);
      await delay(RETRY_MILLISECONDS);
    }
  }
}

function isHeld(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ELOCKED";
}

function cannotUse(folder: string, error: unknown): never {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  throw new Error(
    `FLAME_DATA_FOLDER: "${folder}" can't be used (${code}); allowed: a folder that this user may write; fix: correct its path or owner`,
  );
}

function folderInUse(folder: string): Error {
  return new Error(
    `FLAME_DATA_FOLDER: "${folder}" is in use by another running process; allowed: one process per folder; fix: stop that process, name another folder, or use FLAME_DATABASE=postgresql to run several`,
  );
}
