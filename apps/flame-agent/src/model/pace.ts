import { setTimeout as delay } from "node:timers/promises";

/**
 * Yields `items` at a steady pace: item n is due n / `perSecond` seconds after the start, whatever the timers' own
 * lateness was, so that N items take N / `perSecond` seconds. Stops with the signal's reason when it is aborted.
 */
export async function* paced<Item>(items: Iterable<Item>, perSecond: number, signal: AbortSignal | undefined) {
  const start = performance.now();
  let count = 0;
  for (const item of items) {
    count += 1;
    const waitMilliseconds = Math.ceil(start + (count * 1000) / perSecond - performance.now());
    if (waitMilliseconds > 0) await delay(waitMilliseconds, undefined, { signal }).catch(rethrowReason(signal));
    signal?.throwIfAborted();
    yield item;
  }
}

function rethrowReason(signal: AbortSignal | undefined) {
  return (error: unknown) => {
    signal?.throwIfAborted();
    throw error;
  };
}
