import { type Command, Option } from "commander";
import { environmentArgument } from "../arguments.ts";

/** `blueprint status`: what an environment does now. */
export function register(program: Command): void {
  program
    .command("status")
    .description("Show what runs of an environment, what it uses of its limits, and which thresholds are reached.")
    .addArgument(environmentArgument())
    .addOption(new Option("--json", "print one line of JSON"))
    .addOption(new Option("--watch", "look again every monitoring.status.intervalSeconds, until Ctrl-C"))
    .addHelpText("after", "\nExit code 1 where a threshold of monitoring.alerts is reached.")
    .action(status);
}

async function status(environment: string, options: { readonly json?: true; readonly watch?: true }): Promise<void> {
  const { tellStatus } = await import("../deploy/status/tell-status.ts");
  process.exitCode = await tellStatus(environment, { json: options.json === true, watch: options.watch === true });
}
