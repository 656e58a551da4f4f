import { relative } from "node:path";
import { EXIT } from "../../exit.ts";
import type { DesktopReport } from "../desktop-report.ts";
import { RunFailure } from "../failure.ts";
import { step, type Tell } from "../step.ts";
import { upSummary } from "../summary.ts";
import type { UpRequest } from "../up-request.ts";
import { stopOnSignals } from "./foreground.ts";
import { notEnforced } from "./process-plan.ts";
import { startEmbedded } from "./run-embedded.ts";
import type { SupervisorEnd } from "./supervisor.ts";

/** Runs an environment as a process in the foreground, until it is stopped. Returns the command's exit code. */
export async function upEmbedded({
  report,
  place,
  why,
  reportFile,
}: UpRequest & { readonly report: DesktopReport }): Promise<number> {
  const tell: Tell = (line) => void process.stderr.write(`${line}\n`);
  const notices: string[] = [];
  // While the start is shown as a step, notices would break its line: the step tells them.
  let notice: Tell = (line) => void notices.push(line);
  const running = await startEmbedded({ plan: report.plan, place, onNotice: (line) => notice(line) });
  const ending = stopOnSignals(running, tell);
  const ready = await step(`start the agent at ${running.plan.url}`, async (say) => {
    notice = say;
    return running.ready;
  });
  notice = tell;
  if (ready) {
    const log =
      running.plan.log === undefined ? "dropped: agent.logging.kind is none" : relative(process.cwd(), place.log);
    const further = [
      ["logs", `${log}  (blueprint logs ${report.environment} --follow)`],
      ...notEnforced(report.plan).map((line) => ["note", line] as const),
      ["stop", "Ctrl-C waits for running turns; a second one ends them"],
    ] as const;
    process.stdout.write(upSummary({ report, way: "embedded", why, reportFile, further }));
    return conclude(await ending, report.environment);
  }
  // It has ended already, was asked to, or is too slow: then it is stopped.
  const inTime = running.supervisor.state.phase === "draining" || running.supervisor.state.phase === "stopped";
  if (!inTime) running.supervisor.stop();
  const end = await ending;
  if (end.kind === "stopped" && !inTime) throw notReady(report.environment, running.plan.startupTimeoutSeconds);
  return conclude(end, report.environment);
}

function conclude(end: SupervisorEnd, environment: string): number {
  if (end.kind === "stopped") {
    process.stderr.write(`${environment} is stopped\n`);
    return EXIT.ok;
  }
  throw new RunFailure({
    place: `environment ${environment}`,
    found: [end.why, ...end.lastLines.map((line) => `      ${line}`)].join("\n"),
    mend: "mend what its last lines say, then run blueprint up again",
  });
}

function notReady(environment: string, seconds: number): RunFailure {
  return new RunFailure({
    place: `environment ${environment}`,
    found: `the agent wasn't ready in ${seconds} s and was stopped`,
    allowed: "desktop.startupTimeoutSeconds from its start to its first turn",
    mend: `look at .blueprint/${environment}/logs/agent.log, or raise desktop.startupTimeoutSeconds`,
  });
}
