import { failureOf as failureOfError } from "../failures/index.ts";
import { TurnAborted } from "../turns/turns.ts";
import type { TurnEvent } from "./events.ts";

/** The code of a turn that passed a limit, of the deployment or of its database. */
const TOO_LARGE = "too-large";

type Failure = Extract<TurnEvent, { event: "error" }>;

/** What is told of a turn whose process is gone. */
export const INTERRUPTED: Failure = {
  event: "error",
  data: {
    code: "interrupted",
    message: "The process that ran the turn is gone; POST /turns/<id>/resume goes on with it",
  },
};

/** What is told of a turn whose process was away for so long that another turn has its thread. */
export const THREAD_LOST: Failure = {
  event: "error",
  data: {
    code: "interrupted",
    message: "Another turn took the thread while this process was away; POST /turns/<id>/resume goes on with it",
  },
};

/** What is told of a turn whose tool call nobody decided about in time. */
export const APPROVAL_EXPIRED: Failure = {
  event: "error",
  data: { code: "approval-expired", message: "Nobody decided about the tool call in time" },
};

/** What is told of a turn that could have gone on, but whose thread was deleted. */
export const THREAD_DELETED: Failure = {
  event: "error",
  data: { code: "thread-deleted", message: "The turn's thread was deleted" },
};

/** What is told of a turn whose end the database didn't take. */
export const NOT_KEPT: Failure = {
  event: "error",
  data: { code: "failed", message: "The turn's end could not be stored; GET /turns/<id> tells what becomes of it" },
};

/** What is told of a turn in place of a failure where some of what it told could not be stored: nobody was told that. */
export function untold({ data }: Failure): Failure {
  const message = `Some of what the turn told could not be stored; POST /turns/<id>/resume goes on with it (reference ${data.reference})`;
  return { event: "error", data: { ...data, code: "interrupted", message } };
}

/** What is told of a turn that stopped: an aborted one for the reason of its signal. */
export function failureOf(signal: AbortSignal, error: unknown): Failure {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof TurnAborted) return { event: "error", data: { code: reason.outcome, message: reason.message } };
  const { kind, message, reference } = failureOfError(reason, "turn");
  const code = kind === "limit passed" || kind === "too large for the database" ? TOO_LARGE : "failed";
  return { event: "error", data: { code, message, reference } };
}
