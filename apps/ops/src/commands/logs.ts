import { type Command, InvalidArgumentError, Option } from "commander";
import { environmentArgument } from "../arguments.ts";

/** `blueprint logs`: what a container, or the agent's process, has printed. */
export function register(program: Command): void {
  program
    .command("logs")
    .description("Print the output of a container of an environment, or of the agent's process.")
    .addArgument(environmentArgument())
    .argument("[container]", "its key: agent, database or an entry of containers", "agent")
    .addOption(new Option("--follow", "go on until Ctrl-C"))
    .addOption(new Option("--tail <lines>", "only the last lines").argParser(lineCount))
    .action(logs);
}

async function logs(
  environment: string,
  container: string,
  options: { readonly follow?: true; readonly tail?: number },
): Promise<void> {
  const { tellLogs } = await import("../deploy/logs/tell-logs.ts");
  process.exitCode = await tellLogs(environment, container, { follow: options.follow === true, tail: options.tail });
}

function lineCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("allowed: a whole number of lines");
}
