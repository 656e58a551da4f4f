import { type Command, InvalidArgumentError, Option } from "commander";
import { ORCHESTRATORS, type OrchestratorKind } from "../../../../components/orchestration/index.ts";
import { environmentArgument } from "../arguments.ts";
import type { Candidate } from "../compare/compare-environment.ts";
import { EXIT } from "../exit.ts";

/** `blueprint compare`: what each orchestrator would make of an environment of own hosts, and what it refuses. */
export function register(program: Command): void {
  program
    .command("compare")
    .description("Show side by side what several orchestrators would make of an environment of own hosts.")
    .addArgument(environmentArgument())
    .addOption(
      new Option("--orchestrator <names>", "orchestrators, separated by commas")
        .argParser(orchestratorNames)
        .default(ORCHESTRATORS, ORCHESTRATORS.join(",")),
    )
    .addOption(new Option("--json", "print the comparison as JSON"))
    .addHelpText("after", "\nExit code 1 where every one of them refuses the environment.")
    .action(compare);
}

interface CompareOptions {
  readonly orchestrator: readonly OrchestratorKind[];
  readonly json?: true;
}

async function compare(environment: string, { orchestrator, json }: CompareOptions): Promise<void> {
  const { compareEnvironment } = await import("../compare/compare-environment.ts");
  const candidates = await compareEnvironment(environment, orchestrator);
  process.stdout.write(
    json
      ? (await import("../compare/compare-json.ts")).compareJson(environment, candidates)
      : await text(environment, candidates),
  );
  if (candidates.every(({ kind }) => kind === "refused")) process.exitCode = EXIT.refused;
}

async function text(environment: string, candidates: readonly Candidate[]): Promise<string> {
  const [{ compareText }, { terminalPaint }] = await Promise.all([
    import("../compare/compare-text.ts"),
    import("../paint.ts"),
  ]);
  return compareText(environment, candidates, terminalPaint);
}

function orchestratorNames(text: string): OrchestratorKind[] {
  const names = text.split(",").map((name) => name.trim());
  const found = names.flatMap((name) => ORCHESTRATORS.filter((one) => one === name));
  if (found.length === names.length && new Set(found).size === found.length) return found;
  throw new InvalidArgumentError(`allowed: ${ORCHESTRATORS.join(", ")}, each once, separated by commas`);
}
