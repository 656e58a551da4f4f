import { AsyncLocalStorage } from "node:async_hooks";
import type { LanguageModelV3, LanguageModelV3CallOptions } from "@ai-sdk/provider";

/** A question can't be put to the model's server: it failed before that was asked. `cause` says how. */
export class QuestionRefused extends Error {
  constructor(cause: unknown) {
    super("The model can't be asked this", { cause });
    this.name = "QuestionRefused";
  }
}

/**
 * The model that `make` makes of a fetch like `ask`. What fails in it before its server is asked is told as
 * {@link QuestionRefused}: nothing is wrong with the server then, and whoever asks something else gets an answer.
 */
export function tellingUnasked(make: (ask: typeof fetch) => LanguageModelV3, ask: typeof fetch): LanguageModelV3 {
  const calls = new AsyncLocalStorage<{ isAsked: boolean }>();
  const model = make((...given) => {
    const call = calls.getStore();
    if (call) call.isAsked = true;
    return ask(...given);
  });
  const told = async <Result>({ abortSignal }: LanguageModelV3CallOptions, work: () => PromiseLike<Result>) => {
    const call = { isAsked: false };
    try {
      return await calls.run(call, work);
    } catch (error) {
      throw call.isAsked || abortSignal?.aborted ? error : new QuestionRefused(error);
    }
  };
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (options) => told(options, () => model.doGenerate(options)),
    doStream: (options) => told(options, () => model.doStream(options)),
  };
}
