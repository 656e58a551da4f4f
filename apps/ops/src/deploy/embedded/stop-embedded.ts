import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { RunFailure } from "../failure.ts";
import type { Place } from "../place.ts";
import { type EmbeddedRun, findRun, isSupervised } from "../run-record.ts";
import type { Tell } from "../step.ts";
import { tellDrain } from "./foreground.ts";

/** Pause between two looks at whether it still runs. */
const LOOK_EVERY_MS = 100;
/** What a supervisor has beyond the agent's grace to clear up, in seconds. */
const CLEARING_SECONDS = 10;

/**
 * Stops a run that another process supervises, or that has lost its supervisor, and waits for its turns.
 * Throws a `RunFailure` where it doesn't end in time.
 */
export async function stopEmbedded(
  place: Place,
  run: EmbeddedRun,
  { metricsUrl, token, tell }: { readonly metricsUrl: string; readonly token: string | undefined; readonly tell: Tell },
): Promise<void> {
  const found = await findRun(place);
  if (found.kind === "live") process.kill(run.pid, "SIGTERM");
  const over = new AbortController();
  const telling = tellDrain(metricsUrl, token, run.stopGraceSeconds, over.signal, tell);
  try {
    await untilGone(place, run);
  } finally {
    over.abort();
    await telling;
  }
}

async function untilGone(place: Place, run: EmbeddedRun): Promise<void> {
  const deadline = performance.now() + (run.stopGraceSeconds + CLEARING_SECONDS) * 1000;
  for (;;) {
    const { kind } = await findRun(place);
    // The record goes before the supervisor itself does.
    if ((kind === "none" || kind === "stale") && !(await isSupervised(run))) break;
    if (performance.now() > deadline) throw stillThere(run);
    await delay(LOOK_EVERY_MS);
  }
  await rm(place.record, { force: true });
}

function stillThere(run: EmbeddedRun): RunFailure {
  return new RunFailure({
    place: `environment ${run.environment}`,
    found: `process ${run.pid} still runs ${CLEARING_SECONDS} s after its grace of ${run.stopGraceSeconds} s`,
    mend: `look at what it waits for; kill -9 ${run.pid} ends it, and its agent ends by itself`,
  });
}
