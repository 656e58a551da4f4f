import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import type { PlanReport } from "../plan/report.ts";
import { Refused } from "../refused.ts";

/** `blueprint plan`: what an environment would become, whether it may, and what it keeps. */
export function register(program: Command): void {
  program
    .command("plan")
    .description("Show what an environment would become, check it against the policies and work out its promises.")
    .addArgument(environmentArgument())
    .addOption(new Option("--json", "print the report as JSON").conflicts("markdown"))
    .addOption(new Option("--markdown", "print the report for a pull request's comment"))
    .addOption(
      new Option("--html [file]", "write the report as a file of its own (default: reports/<environment>.html)"),
    )
    .addOption(
      new Option(
        "--against-state [file]",
        "say what would change of what a state has: of a file that pulumi stack export wrote (default: the environment's own state, which a plan is held against wherever it is there)",
      ),
    )
    .addHelpText("after", "\nExit code 1 where the environment is refused or the gate is closed.")
    .action(plan);
}

interface PlanOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly html?: true | string;
  readonly againstState?: true | string;
}

async function plan(named: string, options: PlanOptions): Promise<void> {
  const { planEnvironment } = await import("../plan/plan-environment.ts");
  const { environment, stateFile } = againstOf(named, options.againstState);
  const report = await planEnvironment(environment, stateFile);
  if (options.againstState !== undefined && report.against === undefined) throw noState(environment);
  if (options.html !== undefined) {
    const { writeReport } = await import("../plan/html/write.ts");
    const file = await writeReport(report, options.html === true ? `reports/${environment}.html` : options.html);
    process.stderr.write(`report  ${file}\n`);
  }
  process.stdout.write(await print(report, options));
  if (!report.ok) process.exitCode = EXIT.refused;
}

/** What stands behind `--against-state`: a state's file, or the environment itself, as in `plan --against-state staging`. */
function againstOf(named: string, against: PlanOptions["againstState"]) {
  if (typeof against !== "string") return { environment: named, stateFile: undefined };
  const isEnvironment = !existsSync(against) && existsSync(`Pulumi.${against}.yaml`);
  return isEnvironment ? { environment: against, stateFile: undefined } : { environment: named, stateFile: against };
}

function noState(environment: string): Refused {
  return new Refused({
    place: "--against-state",
    given: `no state of ${environment}`,
    allowed: "an environment that was brought up, or the file of its state",
    mend: `bring it up, or run: pulumi stack export --stack ${environment} --file state.json, and name that file`,
  });
}

async function print(report: PlanReport, options: PlanOptions): Promise<string> {
  if (options.json) return (await import("../plan/json.ts")).renderJson(report);
  if (options.markdown) return (await import("../plan/markdown.ts")).renderMarkdown(report);
  const [{ renderText }, { terminalPaint }] = await Promise.all([import("../plan/text.ts"), import("../paint.ts")]);
  return renderText(report, terminalPaint);
}
