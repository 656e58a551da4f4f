import { APICallError } from "@ai-sdk/provider";
import { BrokenCircuitError } from "cockatiel";
import { ToldError } from "../failures/index.ts";
import { QuestionRefused } from "./asked.ts";

/** A model took too long to its first token. */
export class ModelTooSlow extends Error {
  constructor(model: string, seconds: number) {
    super(`The model ${model} had no token within ${seconds} s (FLAME_MODEL_FIRST_TOKEN_SECONDS)`);
    this.name = "ModelTooSlow";
  }
}

/**
 * A model's answer broke off: its stream ended without saying that it was over, or with an error. What its server said
 * is told to nobody; `reference` finds in the log what is known of it.
 */
export class ModelAnswerCut extends ToldError {
  readonly reference: string;

  constructor(model: string, reference: string) {
    super(`The answer of the model ${model} was cut; ask again (reference ${reference})`);
    this.name = "ModelAnswerCut";
    this.reference = reference;
  }
}

/** No model of the chain could begin an answer; `cause` is what happened to the last one. */
export class ModelsUnavailable extends ToldError {
  /** After how many milliseconds the first of them may answer; undefined: asking again soon is of no use. */
  readonly againMilliseconds: number | undefined;

  constructor(failures: readonly { readonly model: string; readonly error: unknown }[]) {
    const told = failures.map(({ model, error }) => `${model} (${reasonOf(error)})`).join(", ");
    const words = failures.every(({ error }) => error instanceof QuestionRefused)
      ? `No language model can be asked this: ${told}; ask otherwise`
      : `No language model answers: ${told}; try again later`;
    super(words, { cause: failures.at(-1)?.error });
    this.name = "ModelsUnavailable";
    const passing = failures.filter(({ error }) => isPassing(error)).map(({ error }) => retryAfter(error));
    this.againMilliseconds = passing.length > 0 ? Math.min(...passing) : undefined;
  }
}

/** Whether the same question may be answered soon: too many calls, a server that broke down or can't be reached. */
function isPassing(error: unknown): boolean {
  if ([ModelTooSlow, BrokenCircuitError, QuestionRefused].some((kind) => error instanceof kind)) return false;
  return !APICallError.isInstance(error) || error.isRetryable;
}

/** The pause that the server asks for by `Retry-After`, in seconds or until a date; 0 where it asks for none. */
function retryAfter(error: unknown): number {
  const value = APICallError.isInstance(error) ? error.responseHeaders?.["retry-after"] : undefined;
  if (value === undefined) return 0;
  const milliseconds = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? 0 : Math.max(milliseconds, 0);
}

/** Why a model failed, in a few words that quote nobody. */
export function reasonOf(error: unknown): string {
  if (error instanceof ModelTooSlow) return "too slow";
  if (error instanceof ModelAnswerCut) return "cut";
  if (error instanceof QuestionRefused) return "question refused";
  if (APICallError.isInstance(error)) return error.statusCode === undefined ? "unreachable" : `${error.statusCode}`;
  return "failed";
}

/** Whether this one question was refused, by the server or before it was asked: nothing is wrong with the server then. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof QuestionRefused) return true;
  return APICallError.isInstance(error) && [400, 413, 422].includes(error.statusCode ?? 0);
}
