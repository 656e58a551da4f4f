import type { Pool } from "pg";
import { permits } from "../permits.ts";

/** Work that is done when its turn has come. Rejects where `signal` was aborted before. */
export type LearningLine = <Result>(work: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

/**
 * Has so many documents be learnt at once, so that what they hold in memory doesn't grow with their number; and where
 * they take the last connection from others, leaves it to those for as long as it had it.
 */
export function learningLine(pool: Pick<Pool, "idleCount" | "totalCount" | "options">, atOnce: number): LearningLine {
  const line = permits(atOnce);
  return async (work, signal) => {
    const leave = await line.take(signal);
    const start = performance.now();
    try {
      signal?.throwIfAborted();
      return await work();
    } finally {
      const isFull = pool.idleCount === 0 && pool.totalCount >= pool.options.max;
      if (isFull) setTimeout(leave, performance.now() - start).unref();
      else leave();
    }
  };
}
