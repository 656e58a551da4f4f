import { setTimeout as delay } from "node:timers/promises";

const PAUSE_MILLISECONDS = 20;

/**
 * Waits until `check` holds, asking every 20 ms. Fails with what was waited for once the bound is over; a check that
 * throws fails at once.
 */
export async function until(
  what: string | (() => string),
  check: () => boolean | Promise<boolean>,
  boundMilliseconds = 10_000,
): Promise<void> {
  const deadline = performance.now() + boundMilliseconds;
  while (!(await check())) {
    if (performance.now() > deadline)
      throw new Error(`Not within ${boundMilliseconds} ms: ${typeof what === "string" ? what : what()}`);
    await delay(PAUSE_MILLISECONDS);
  }
}
