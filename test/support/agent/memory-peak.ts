import { readFileSync } from "node:fs";
import { afterAll } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** The worker that ran the file, and the most memory that it has had so far. */
    memoryPeak?: { readonly worker: number; readonly mebibytes: number };
  }
}

/** A setup file: notes the worker's peak after each test file, for `memory-reporter.ts` to tell. */
// biome-ignore lint/correctness/noEmptyPattern: the test framework asks for a pattern, to see which fixtures to make
afterAll(({}, suite) => {
  const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  suite.meta.memoryPeak = { worker: process.pid, mebibytes: Math.round(Number(kibibytes) / 1024) };
});
