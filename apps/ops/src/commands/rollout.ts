import type { Command } from "commander";
import { environmentArgument } from "../arguments.ts";

/** `blueprint rollout`: a new version in the place of the old one, watched, and taken back where it fails. */
export function register(program: Command): void {
  program
    .command("rollout")
    .description("Bring a new version to own hosts, watched and with no turn cut; goes back by itself where it fails.")
    .addArgument(environmentArgument())
    .addHelpText(
      "after",
      "\nA secret's value comes from BLUEPRINT_SECRET_<NAME>, else from the containers that run. What Pulumi deployed on\nstandalone hosts, pulumi up updates. On Kubernetes it drives the strategy canary, after pulumi up. Exit code 1 where the environment is refused or the new version fails.",
    )
    .action(rollout);
}

async function rollout(environment: string): Promise<void> {
  const { rollOut } = await import("../rollout/roll-out.ts");
  process.exitCode = await rollOut(environment);
}
