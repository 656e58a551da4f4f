import { setTimeout as delay } from "node:timers/promises";
import { askFigures } from "../agent-client.ts";
import type { Tell } from "../step.ts";
import { orphanedByNpm } from "./orphaned.ts";
import type { EmbeddedEnvironment } from "./run-embedded.ts";
import type { SupervisorEnd } from "./supervisor.ts";

/** Signals that ask for an end: of the terminal, of the system, and of a terminal that is closed. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const TELL_EVERY_MS = 500;

/**
 * Turns signals into a stop, until the environment has ended: the first one waits for running turns and tells how many
 * there are, the second ends them, the third kills.
 */
export async function stopOnSignals(
  { supervisor, plan, token, ended }: EmbeddedEnvironment,
  tell: Tell,
): Promise<SupervisorEnd> {
  const over = new AbortController();
  let count = 0;
  const hear = () => {
    count += 1;
    if (count === 1) {
      supervisor.stop();
      void tellDrain(`${plan.url}${plan.metricsPath}`, token, plan.stopGraceSeconds, over.signal, tell);
    } else if (count === 2) {
      tell("stopping at once: running turns are ended");
      supervisor.hurry();
    } else {
      supervisor.kill();
    }
  };
  for (const name of SIGNALS) process.on(name, hear);
  // Where a signal has reached both, it is heard once.
  void orphanedByNpm(over.signal).then((orphaned) => orphaned && count === 0 && hear());
  try {
    return await ended;
  } finally {
    over.abort();
    for (const name of SIGNALS) process.off(name, hear);
  }
}

/** Tells how many turns still run, whenever that changes. */
export async function tellDrain(
  metricsUrl: string,
  token: string | undefined,
  seconds: number,
  signal: AbortSignal,
  tell: Tell,
): Promise<void> {
  let told: string | undefined;
  while (!signal.aborted) {
    const figures = await askFigures(metricsUrl, token);
    if (signal.aborted) return;
    const turns = figures === undefined ? undefined : drainWords(figures.turnsActive, seconds);
    const line = turns ?? told ?? `stopping: waiting for running turns, up to ${seconds} s`;
    if (line !== told) tell(line);
    told = line;
    await delay(TELL_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

function drainWords(turns: number, seconds: number): string {
  if (turns === 0) return "stopping: no turn is running";
  return `stopping: ${turns} turn${turns === 1 ? "" : "s"} running, up to ${seconds} s`;
}
