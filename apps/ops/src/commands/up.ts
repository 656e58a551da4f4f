import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";
import type { Way } from "../deploy/choose-way.ts";

/** `blueprint up`: brings an environment up, in containers where it can. */
export function register(program: Command): void {
  program
    .command("up")
    .description("Plan an environment, check it against the policies, and bring it up.")
    .addArgument(environmentArgument())
    .addOption(new Option("--yes", "don't ask before something that runs is changed"))
    .addOption(
      new Option(
        "--delete-data",
        "go on where the update deletes data that outlive the environment, or leaves them behind",
      ),
    )
    .addOption(
      new Option("--way <way>", "pulumi: containers, through the Pulumi engine; embedded: the agent as a process")
        .choices(["auto", "pulumi", "embedded"])
        .default("auto"),
    )
    .addHelpText(
      "after",
      "\nThe embedded way runs in the foreground: Ctrl-C waits for running turns, a second one ends them.\nExit code 1 where the environment is refused, the gate is closed or the agent doesn't become ready.",
    )
    .action(up);
}

async function up(
  environment: string,
  options: { readonly way: Way | "auto"; readonly yes?: true; readonly deleteData?: true },
): Promise<void> {
  const { bringUp } = await import("../deploy/bring-up.ts");
  process.exitCode = await bringUp(environment, {
    way: options.way,
    yes: options.yes === true,
    deleteData: options.deleteData === true,
  });
}
