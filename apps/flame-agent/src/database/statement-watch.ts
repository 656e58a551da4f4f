import { Worker } from "node:worker_threads";
import type { StatementWatch } from "./statement-gate.ts";

/**
 * Seconds of the processor that one statement may take in an embedded database. The largest that it is given takes
 * some 5; one that doesn't end takes all there is. Counted in the processor's time and not the clock's, so that neither
 * a busy machine nor a process that was stopped looks like it.
 */
const STATEMENT_CPU_SECONDS = 60;

/** What the watching thread is told. */
export interface WatchedStatements {
  /** One number, odd while a statement runs and another one for each. */
  readonly count: SharedArrayBuffer;
  readonly cpuSeconds: number;
}

/**
 * Watches an embedded database from a thread of its own, since a statement that never ends keeps this one from
 * everything: its requests, its timers, even its signals. Such a statement is told as a fatal line of the log and on the
 * standard error, and the process is killed, so that what runs it starts it again on what was committed.
 */
export function watchStatements(cpuSeconds = STATEMENT_CPU_SECONDS): StatementWatch & { close(): Promise<void> } {
  const count = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: WatchedStatements = { count: count.buffer, cpuSeconds };
  const worker = new Worker(new URL("./statement-watch.thread.ts", import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 },
  });
  worker.unref();
  return {
    began: () => void Atomics.add(count, 0, 1),
    ended: () => void Atomics.add(count, 0, 1),
    async close() {
      await worker.terminate();
    },
  };
}
