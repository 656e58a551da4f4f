import type { Deployment, Stack } from "@pulumi/pulumi/automation/index.js";
import { RunFailure } from "../failure.ts";
import { saidBy } from "./engine-words.ts";

/** What a stack's state has. Throws a `RunFailure` with what Pulumi says where it can't be read. */
export function readDeployment(stack: Stack): Promise<Deployment> {
  return toldOf("read", () => stack.exportStack());
}

/** Writes a stack's state. Throws a `RunFailure` with what Pulumi says where it can't be written. */
export function writeDeployment(stack: Stack, deployment: Deployment): Promise<void> {
  return toldOf("written", () => stack.importStack(deployment));
}

/** What some work on a state comes to; where it fails, a `RunFailure` with what Pulumi says. */
export async function toldOf<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new RunFailure({
      place: "Pulumi's state",
      found: `can't be ${what}: ${saidBy(error)}`,
      allowed: "a state folder that this user may read and write, with room",
      mend: "mend what Pulumi says, and run the command again: nothing was changed",
    });
  }
}
