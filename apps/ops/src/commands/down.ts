import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";

/** `blueprint down`: removes what `up` made. */
export function register(program: Command): void {
  program
    .command("down")
    .description("Take an environment down, after its running turns have ended; removes everything that up made.")
    .addArgument(environmentArgument())
    .addOption(new Option("--delete-data", "delete data that outlive the environment too").conflicts("keepData"))
    .addOption(new Option("--keep-data", "keep data that outlive the environment, for the next up"))
    .addOption(new Option("--yes", "ask nothing; keeps the data unless --delete-data is given"))
    .action(down);
}

interface DownOptions {
  readonly yes?: true;
  readonly deleteData?: true;
  readonly keepData?: true;
}

async function down(environment: string, options: DownOptions): Promise<void> {
  const { takeDown } = await import("../deploy/take-down.ts");
  process.exitCode = await takeDown(environment, {
    yes: options.yes === true,
    deleteData: options.deleteData === true,
    keepData: options.keepData === true,
  });
}
