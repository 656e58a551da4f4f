import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";
import { EXIT } from "../exit.ts";

/** `blueprint doctor`: what this machine has of what an environment needs. */
export function register(program: Command): void {
  program
    .command("doctor")
    .description("Look at what an environment needs of this machine, and tell how to get what isn't there.")
    .addArgument(environmentArgument())
    .addOption(new Option("--json", "print the findings as JSON"))
    .addHelpText("after", "\nExit code 1 where the agent with its embedded database could not run.")
    .action(doctor);
}

async function doctor(environment: string, options: { readonly json?: true }): Promise<void> {
  const [{ examine }, { doctorJson, doctorText }, { ready }, { terminalPaint }] = await Promise.all([
    import("../doctor/examine.ts"),
    import("../doctor/table.ts"),
    import("../doctor/row.ts"),
    import("../paint.ts"),
  ]);
  const rows = await examine(environment);
  process.stdout.write(options.json ? doctorJson(environment, rows) : doctorText(rows, terminalPaint));
  if (!ready(rows, "process")) process.exitCode = EXIT.refused;
}
