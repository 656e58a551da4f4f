import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of the running test's own, removed after it. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "flame-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
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
