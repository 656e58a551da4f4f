import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import { RunFailure } from "../failure.ts";
import type { Tell } from "../step.ts";
import { saidBy, sentencesOf } from "./engine-words.ts";

/** What every operation of the engine is called with here. */
interface OperationOptions {
  readonly onEvent: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
  readonly color: "never";
}

/** An operation that a user has ended with Ctrl-C, or a signal. */
export class OperationCancelled extends RunFailure {}

/**
 * Runs an operation of the Pulumi engine with its progress told. Throws a `RunFailure` with what the engine said where
 * it fails, an `OperationCancelled` where it was ended. Ctrl-C in a terminal reaches the engine by itself, which ends
 * after the step it is at.
 */
export async function runOperation<Result>(
  name: string,
  tell: Tell,
  operation: (options: OperationOptions) => Promise<Result>,
): Promise<Result> {
  const problems: string[] = [];
  const cancel = new AbortController();
  let isCancelled = false;
  const onInterrupt = () => {
    isCancelled = true;
    tell("cancelling: the engine finishes the step it is at");
  };
  const onTerminate = () => {
    onInterrupt();
    cancel.abort();
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onTerminate);
  const onEvent = (event: EngineEvent) => {
    const line = progressOf(event);
    if (line !== undefined) tell(line);
    problems.push(...problemsOf(event));
  };
  try {
    return await operation({ onEvent, signal: cancel.signal, color: "never" });
  } catch (error) {
    throw isCancelled ? cancelled(name) : failureOf(name, error, problems);
  } finally {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onTerminate);
  }
}

/** What an event says of the progress: `create flame-dev-agent`. Pure. */
export function progressOf({ resourcePreEvent, resOutputsEvent }: EngineEvent): string | undefined {
  if (resourcePreEvent && resourcePreEvent.metadata.op !== "same") {
    return `${resourcePreEvent.metadata.op} ${nameOf(resourcePreEvent.metadata.urn)}`;
  }
  if (resOutputsEvent && resOutputsEvent.metadata.op !== "same") {
    return `${resOutputsEvent.metadata.op} ${nameOf(resOutputsEvent.metadata.urn)}: done`;
  }
  return undefined;
}

/** What an event says of what went wrong, or of a policy that isn't kept. Pure. */
export function problemsOf({ diagnosticEvent, policyEvent }: EngineEvent): string[] {
  if (diagnosticEvent?.severity === "error") return sentencesOf(diagnosticEvent.message);
  if (policyEvent?.enforcementLevel === "mandatory") {
    return [`${policyEvent.policyName}: ${sentencesOf(policyEvent.message).join("\n")}`];
  }
  return [];
}

function cancelled(name: string): OperationCancelled {
  return new OperationCancelled({
    place: `pulumi ${name}`,
    found: "was cancelled; what it had done by then stays",
    mend: "run the command again: it goes on from what is there; or take all of it down with blueprint down",
  });
}

function failureOf(name: string, error: unknown, problems: readonly string[]): RunFailure {
  const own = problems.filter((one) => one !== "update failed");
  const said = problems.length > 0 ? [...new Set(own.length > 0 ? own : problems)] : [saidBy(error)];
  return new RunFailure({
    place: `pulumi ${name}`,
    found: said.join("\n      "),
    mend: mendOf(said.join("\n")),
  });
}

function mendOf(said: string): string {
  if (said.includes("currently locked"))
    return "wait until the other operation has ended; one that was killed leaves its lock in .blueprint/state/.pulumi/locks";
  if (said.includes("incorrect passphrase"))
    return "restore .blueprint/passphrase as it was at the last blueprint up, or export that of then as PULUMI_CONFIG_PASSPHRASE";
  return "mend that and run the command again: it goes on from what is there";
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
