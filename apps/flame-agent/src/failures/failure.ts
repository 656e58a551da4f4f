import { MastraError } from "@mastra/core/error";
import { exceedsDatabase, isDatabaseAway, STATEMENT_BYTES_MAX } from "../database/index.ts";
import { currentReference, currentRequest } from "../request-scope.ts";
import { LimitPassed, ToldError } from "./told-error.ts";

/** What a client is told while the database can't be reached or has no room. */
const DATABASE_AWAY = "The database doesn't take requests now; try again when GET /ready answers 200";

/** What a client is told that gave more than the database takes. */
const TOO_LARGE = `More is to be stored at once than the database takes (an embedded one: ${STATEMENT_BYTES_MAX / 1024 ** 2} MiB); fix: send less, or have the deployment use FLAME_DATABASE=postgresql`;

/** What a client is told whose schema the model's answer doesn't fit. */
const UNFIT = "The model's answer isn't as the schema of structuredOutput says; fix: ask again, or for less at once";

/** What may be told of a failure. */
export interface Failure {
  readonly kind: "limit passed" | "unfit answer" | "too large for the database" | "database away" | "failed";
  /** For clients: with the reference, and nothing of what the error says unless it is meant for them. */
  readonly message: string;
  /** Finds in the log what is known of it. */
  readonly reference: string;
}

/** What may be told of an error; `what` failed, in a word. */
export function failureOf(error: unknown, what = "request"): Failure {
  const reference = currentReference();
  const words = (message: string) => `${message} (reference ${reference})`;
  // Mastra makes errors of its own of what it catches, without their class and code.
  const causes = [error, currentRequest()?.caught];
  const told = causes.map(toldErrorIn).find((one) => one !== undefined);
  if (told instanceof LimitPassed) return { kind: "limit passed", message: words(told.message), reference };
  if (told) {
    const own = REFERENCE.exec(told.message)?.[1];
    return {
      kind: "failed",
      message: own === undefined ? words(told.message) : told.message,
      reference: own ?? reference,
    };
  }
  if (causes.some(exceedsDatabase)) return { kind: "too large for the database", message: words(TOO_LARGE), reference };
  if (causes.some(isDatabaseAway)) return { kind: "database away", message: words(DATABASE_AWAY), reference };
  if (causes.some(isUnfitAnswer)) return { kind: "unfit answer", message: words(UNFIT), reference };
  return { kind: "failed", message: words(`The ${what} failed`), reference };
}

function isUnfitAnswer(error: unknown): boolean {
  return error instanceof MastraError && error.id.startsWith("STRUCTURED_OUTPUT_");
}

/** The error among those that caused this one whose words are for clients. */
function toldErrorIn(error: unknown): ToldError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof ToldError) return cause;
  return undefined;
}

/** What an error that is told elsewhere too says of itself. */
const REFERENCE = /\(reference ([\da-f-]{36})\)/;
