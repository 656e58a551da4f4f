import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";
import { EXIT } from "../exit.ts";
import type { PlanReport } from "../plan/report.ts";

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
    .addHelpText("after", "\nExit code 1 where the environment is refused or the gate is closed.")
    .action(plan);
}

interface PlanOptions {
  readonly json?: true;
  readonly markdown?: true;
  readonly html?: true | string;
}

async function plan(environment: string, options: PlanOptions): Promise<void> {
  const { planEnvironment } = await import("../plan/plan-environment.ts");
  const report = await planEnvironment(environment);
  if (options.html !== undefined) {
    const { writeReport } = await import("../plan/html/write.ts");
    const file = await writeReport(report, options.html === true ? `reports/${environment}.html` : options.html);
    process.stderr.write(`report  ${file}\n`);
  }
  process.stdout.write(await print(report, options));
  if (!report.ok) process.exitCode = EXIT.refused;
}

async function print(report: PlanReport, options: PlanOptions): Promise<string> {
  if (options.json) return (await import("../plan/json.ts")).renderJson(report);
  if (options.markdown) return (await import("../plan/markdown.ts")).renderMarkdown(report);
  const [{ renderText }, { terminalPaint }] = await Promise.all([import("../plan/text.ts"), import("../paint.ts")]);
  return renderText(report, terminalPaint);
}
