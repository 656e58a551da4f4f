import { existsSync, statfsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AtEnd, atEndOfTest } from "./at-end.ts";

/** A file system in memory, as Linux has it. */
const MEMORY_FOLDER = "/dev/shm";
/** A database's folder takes 45 MB; every worker has a few at a time. */
const MEMORY_FREE_BYTES = 4 * 1024 ** 3;

/**
 * A folder of the caller's own, removed at the end, by default the running test's. It is in memory where there is room:
 * a database's first start makes 1,280 files, which is most of its time on some disks (1.4 s against 0.55 s).
 */
export async function temporaryFolder(atEnd: AtEnd = atEndOfTest): Promise<string> {
  const folder = await mkdtemp(join(hasMemoryFolder() ? MEMORY_FOLDER : tmpdir(), "flame-test-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function hasMemoryFolder(): boolean {
  if (!existsSync(MEMORY_FOLDER)) return false;
  const { bavail, bsize } = statfsSync(MEMORY_FOLDER);
  return bavail * bsize > MEMORY_FREE_BYTES;
}

/** Waits until `check` holds, asking every 20 ms, and fails with `what` when it takes longer than the bound. */
export async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  boundMilliseconds = 4_000,
): Promise<void> {
  const deadline = Date.now() + boundMilliseconds;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`Not within ${boundMilliseconds} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
