import { setTimeout as delay } from "node:timers/promises";

/** Pause between two looks at who the parent is. */
const LOOK_EVERY_MS = 250;

/**
 * Resolves with `true` when the npm that started this process is gone, with `false` where npm didn't start it or the
 * signal comes first. A signal to npm alone, as another program sends it, ends npm and its shell without a word to what
 * they run. Without npm, a parent that is gone means nothing: somebody may have left this running with nohup.
 */
export async function orphanedByNpm(signal: AbortSignal): Promise<boolean> {
  if (process.env.npm_lifecycle_event === undefined || process.platform === "win32") return false;
  const parent = process.ppid;
  while (!signal.aborted && process.ppid === parent) {
    await delay(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return !signal.aborted;
}
