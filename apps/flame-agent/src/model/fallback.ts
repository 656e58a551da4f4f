import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3StreamResult,
} from "@ai-sdk/provider";
import { currentReference } from "../request-scope.ts";
import { type Circuit, isCircuitOpen } from "./circuit.ts";
import { ModelAnswerCut, ModelsUnavailable, ModelTooSlow, reasonOf } from "./model-errors.ts";
import type { Retry } from "./retry.ts";
import { isToken } from "./token.ts";

/** A model of a chain, in its place. */
export interface Candidate {
  /** What it is called in metrics and logs. */
  readonly name: string;
  readonly model: LanguageModelV3;
  readonly circuit: Circuit;
  /** `undefined`: it may take as long as the turn. */
  readonly firstTokenSeconds: number | undefined;
}

/** An answer that broke off after it had begun. */
export interface AnswerCut {
  readonly model: string;
  /** What the client is told, so that the two can be brought together. */
  readonly reference: string;
  /** What the model's server sent or did; absent where its stream just ended. */
  readonly error?: unknown;
}

/**
 * One model made of several, asked in order: the next one answers when one fails, is too slow to its first token, or
 * has failed so often that its circuit is open. Where none begins an answer they are asked again, as `retry` says. An answer that has begun isn't begun again by another model: when it
 * is cut, it ends with {@link ModelAnswerCut}. Throws {@link ModelsUnavailable} when no model is left.
 */
export function fallbackChain(
  candidates: readonly Candidate[],
  onFallback: (candidate: string, reason: string) => void,
  onCut: (cut: AnswerCut) => void,
  retry: Retry,
): LanguageModelV3 {
  const first = candidates[0];
  if (!first) throw new Error("A chain needs at least one model");

  const askInOrder = async <Result>(
    options: LanguageModelV3CallOptions,
    ask: (candidate: Candidate) => Promise<Result>,
  ): Promise<Result> => {
    const failures: { readonly model: string; readonly error: unknown }[] = [];
    for (const candidate of candidates) {
      options.abortSignal?.throwIfAborted();
      try {
        return await candidate.circuit.run(() => ask(candidate), options.abortSignal);
      } catch (error) {
        options.abortSignal?.throwIfAborted();
        failures.push({ model: candidate.name, error });
        onFallback(candidate.name, isCircuitOpen(error) ? "circuit open" : reasonOf(error));
      }
    }
    throw new ModelsUnavailable(failures);
  };

  return {
    specificationVersion: "v3",
    provider: first.model.provider,
    modelId: first.model.modelId,
    supportedUrls: first.model.supportedUrls,
    doGenerate: (options) =>
      retry.run(() => askInOrder(options, async ({ model }) => model.doGenerate(options)), options.abortSignal),
    doStream: (options) =>
      retry.run(() => askInOrder(options, (candidate) => begin(candidate, options, onCut)), options.abortSignal),
  };
}

/** Asks for a stream and waits for its first token, so that a failure before it is still one of the call. */
async function begin(
  { name, model, firstTokenSeconds }: Candidate,
  options: LanguageModelV3CallOptions,
  onCut: (cut: AnswerCut) => void,
): Promise<LanguageModelV3StreamResult> {
  // One controller rather than AbortSignal.any: a composite with a listener is kept as long as the process lives.
  const stopping = new AbortController();
  const timer =
    firstTokenSeconds === undefined
      ? undefined
      : setTimeout(() => stopping.abort(new ModelTooSlow(name, firstTokenSeconds)), firstTokenSeconds * 1000);
  const callerStops = () => stopping.abort(options.abortSignal?.reason);
  options.abortSignal?.throwIfAborted();
  options.abortSignal?.addEventListener("abort", callerStops, { once: true });
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(stopping.signal.reason);
  stopping.signal.addEventListener("abort", stop, { once: true });
  stopped.catch(() => {});

  try {
    // A server that ignores the signal must not hold up the chain: whichever comes first counts.
    const result = await Promise.race([model.doStream({ ...options, abortSignal: stopping.signal }), stopped]);
    const reader = result.stream.getReader();
    const head: LanguageModelV3StreamPart[] = [];
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), stopped]).catch((error) => {
        reader.cancel(error).catch(() => {});
        throw error;
      });
      if (done) throw new ModelAnswerCut(name, currentReference());
      if (value.type === "error") throw value.error;
      head.push(value);
      if (isToken(value) || value.type === "finish") break;
    }
    // An answer that its caller stopped is no fault of the model's server.
    const tellCut = (cut: AnswerCut) => (options.abortSignal?.aborted ? undefined : onCut(cut));
    return { ...result, stream: wholeStream(name, head, reader, tellCut) };
  } finally {
    clearTimeout(timer);
    stopping.signal.removeEventListener("abort", stop);
  }
}

/** The parts read already and then the rest; a stream that breaks off, or says an error, ends with one of ours. */
function wholeStream(
  name: string,
  head: readonly LanguageModelV3StreamPart[],
  reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart>,
  onCut: (cut: AnswerCut) => void,
): ReadableStream<LanguageModelV3StreamPart> {
  const waiting = [...head];
  let finished = false;
  const cut = (error?: unknown): LanguageModelV3StreamPart => {
    const reference = currentReference();
    onCut({ model: name, reference, ...(error !== undefined && { error }) });
    return { type: "error", error: new ModelAnswerCut(name, reference) };
  };
  return new ReadableStream({
    async pull(controller) {
      const next = waiting.shift();
      const { done, value } = next ? { done: false, value: next } : await readOrError(reader);
      if (value) {
        finished ||= value.type === "finish" || value.type === "error";
        controller.enqueue(value.type === "error" ? cut(value.error) : value);
      }
      if (!done) return;
      if (!finished) controller.enqueue(cut());
      controller.close();
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

/** The next part; a connection that breaks is an error part, so that the turn ends in order. */
async function readOrError(
  reader: ReadableStreamDefaultReader<LanguageModelV3StreamPart>,
): Promise<{ readonly done: boolean; readonly value?: LanguageModelV3StreamPart }> {
  try {
    return await reader.read();
  } catch (error) {
    return { done: true, value: { type: "error", error } };
  }
}
