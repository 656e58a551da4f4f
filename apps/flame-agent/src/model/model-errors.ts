import { APICallError } from "@ai-sdk/provider";

/** A model took too long to its first token. */
export class ModelTooSlow extends Error {
  constructor(model: string, seconds: number) {
    super(`The model ${model} had no token within ${seconds} s (FLAME_MODEL_FIRST_TOKEN_SECONDS)`);
    this.name = "ModelTooSlow";
  }
}

/** A model's answer broke off: its stream ended without saying that it was over. */
export class ModelAnswerCut extends Error {
  constructor(model: string) {
    super(`The answer of the model ${model} was cut; ask again`);
    this.name = "ModelAnswerCut";
  }
}

/** No model of the chain could begin an answer; `cause` is what happened to the last one. */
export class ModelsUnavailable extends Error {
  constructor(failures: readonly { readonly model: string; readonly error: unknown }[]) {
    const told = failures.map(({ model, error }) => `${model} (${reasonOf(error)})`).join(", ");
    super(`No language model answers: ${told}; try again later`, { cause: failures.at(-1)?.error });
    this.name = "ModelsUnavailable";
  }
}

/** Why a model failed, in a few words that quote nobody. */
export function reasonOf(error: unknown): string {
  if (error instanceof ModelTooSlow) return "too slow";
  if (error instanceof ModelAnswerCut) return "cut";
  if (APICallError.isInstance(error)) return error.statusCode === undefined ? "unreachable" : `${error.statusCode}`;
  return "failed";
}

/** Whether the server refused this one question: nothing is wrong with the server then. */
export function isRefusal(error: unknown): boolean {
  return APICallError.isInstance(error) && [400, 413, 422].includes(error.statusCode ?? 0);
}
