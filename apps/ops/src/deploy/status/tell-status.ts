import { setTimeout as delay } from "node:timers/promises";
import type { EnvironmentPlan } from "../../../../../stacks/plan.ts";
import { EXIT } from "../../exit.ts";
import { terminalPaint } from "../../paint.ts";
import { planOf } from "../deployed-plan.ts";
import { type Place, placeOf } from "../place.ts";
import { observe } from "./observe.ts";
import { observeServer, renderServerStatus } from "./server.ts";
import { renderStatus } from "./text.ts";

/** Time between two looks at a server, which nothing sets. */
const SERVER_INTERVAL_SECONDS = 5;
/** Clears a terminal and goes to its first line. */
const CLEAR = "\u001b[2J\u001b[H";

/** Prints an environment's status, once or again and again until Ctrl-C. Returns the command's exit code. */
export async function tellStatus(
  environment: string,
  options: { readonly json: boolean; readonly watch: boolean },
): Promise<number> {
  const planned = await planOf(environment);
  const place = placeOf(environment);
  const interrupted = new AbortController();
  if (options.watch) process.once("SIGINT", () => interrupted.abort());
  for (;;) {
    const { text, wellKept } = await look(planned, place, options.json);
    process.stdout.write(`${options.watch && process.stdout.isTTY ? CLEAR : ""}${text}`);
    const code = wellKept ? EXIT.ok : EXIT.refused;
    if (!options.watch) return code;
    await delay(1000 * intervalSeconds(planned), undefined, { signal: interrupted.signal }).catch(() => undefined);
    if (interrupted.signal.aborted) return code;
  }
}

/** What an environment does now in words, and whether no threshold is reached. */
async function look(
  planned: EnvironmentPlan,
  place: Place,
  json: boolean,
): Promise<{ readonly text: string; readonly wellKept: boolean }> {
  if (planned.kind === "remote-server") {
    const report = await observeServer(planned, place);
    const text = json ? `${JSON.stringify(report)}\n` : renderServerStatus(report, terminalPaint);
    return { text, wellKept: report.alerts.length === 0 };
  }
  const report = await observe(planned.plan, place);
  const text = json ? `${JSON.stringify(report)}\n` : renderStatus(report, terminalPaint, Date.now());
  return { text, wellKept: report.alerts.length === 0 };
}

function intervalSeconds(planned: EnvironmentPlan): number {
  return planned.kind === "local-podman"
    ? planned.plan.desktop.monitoring.statusIntervalSeconds
    : SERVER_INTERVAL_SECONDS;
}
