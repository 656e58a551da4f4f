import { Argument, InvalidArgumentError } from "commander";

/** The environment that a command is about; `dev` where none is named. */
export function environmentArgument(): Argument {
  return new Argument("[environment]", "environment, as in Pulumi.<environment>.yaml")
    .argParser(environmentName)
    .default("dev");
}

/** Names that Pulumi takes for a stack. */
function environmentName(text: string): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$/.test(text)) return text;
  throw new InvalidArgumentError("allowed: letters, digits, _ . and -, at most 100, not beginning with a dot");
}
