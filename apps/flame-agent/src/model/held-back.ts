import type { LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { currentRequest } from "../request-scope.ts";

/**
 * The same model, whose answer is read only while who the request's answer is for keeps up with it. Mastra takes
 * whatever a model gives and holds it for as long as the run lasts.
 */
export function heldBack(model: LanguageModelV3): LanguageModelV3 {
  return {
    ...model,
    async doStream(options) {
      const gate = currentRequest()?.reader;
      const result = await model.doStream(options);
      if (!gate) return result;
      const reader = result.stream.getReader();
      const { abortSignal } = options;
      abortSignal?.addEventListener("abort", () => gate.open(), { once: true });
      return {
        ...result,
        stream: new ReadableStream<LanguageModelV3StreamPart>(
          {
            async pull(controller) {
              while (gate.opening && !abortSignal?.aborted) await gate.opening;
              const { done, value } = await reader.read();
              if (done) controller.close();
              else controller.enqueue(value);
            },
            cancel: (reason) => reader.cancel(reason),
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
}
