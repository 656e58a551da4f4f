import { setTimeout as delay } from "node:timers/promises";
import { EXIT } from "../../exit.ts";
import { terminalPaint } from "../../paint.ts";
import { planDeployed } from "../deployed-plan.ts";
import { placeOf } from "../place.ts";
import { observe } from "./observe.ts";
import type { StatusReport } from "./report.ts";
import { renderStatus } from "./text.ts";

/** Clears a terminal and goes to its first line. */
const CLEAR = "\u001b[2J\u001b[H";

/** Prints an environment's status, once or again and again until Ctrl-C. Returns the command's exit code. */
export async function tellStatus(
  environment: string,
  options: { readonly json: boolean; readonly watch: boolean },
): Promise<number> {
  const plan = await planDeployed(environment);
  const place = placeOf(environment);
  const interrupted = new AbortController();
  if (options.watch) process.once("SIGINT", () => interrupted.abort());
  for (;;) {
    const report = await observe(plan, place);
    process.stdout.write(`${options.watch && process.stdout.isTTY ? CLEAR : ""}${print(report, options.json)}`);
    const code = report.alerts.length > 0 ? EXIT.refused : EXIT.ok;
    if (!options.watch) return code;
    const pause = plan.desktop.monitoring.statusIntervalSeconds * 1000;
    await delay(pause, undefined, { signal: interrupted.signal }).catch(() => undefined);
    if (interrupted.signal.aborted) return code;
  }
}

function print(report: StatusReport, json: boolean): string {
  return json ? `${JSON.stringify(report)}\n` : renderStatus(report, terminalPaint, Date.now());
}
