/** What a process's memory asks for. */
export type MemoryVerdict = "fine" | "stop" | "kill";

/** Use from which nothing waits for running turns any more, as a share of the limit: the machine is at stake. */
const KILL_SHARE = 1.5;
/** Share of the limit that JavaScript's old objects may take; the rest is the embedded database's and the engine's. */
const HEAP_SHARE = 0.6;

/** Judges the memory that a process has in use. */
export function judgeMemory(residentMiB: number, limitMiB: number): MemoryVerdict {
  if (residentMiB <= limitMiB) return "fine";
  return residentMiB > limitMiB * KILL_SHARE ? "kill" : "stop";
}

/** Options of Node that keep a process below its limit: a small young generation saves 100 MiB (measured). */
export function memoryOptions(limitMiB: number): string[] {
  return ["--max-semi-space-size=8", `--max-old-space-size=${Math.floor(limitMiB * HEAP_SHARE)}`];
}
