import type { LanguageModelV3, LanguageModelV3Prompt, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { LimitPassed } from "../failures/index.ts";
import type { Permits } from "../permits.ts";
import { currentRequest, noteFirst, type RequestScope } from "../request-scope.ts";
import { becomesLarge } from "./large-answers.ts";

/**
 * The same model, but what it says in one turn, with the tools' calls and results, takes at most so many KiB as JSON: an
 * answer is held in memory and stored whole. One that passes it is stopped, and `onPassed` called; one that becomes large
 * waits until there is memory for it.
 * @throws LimitPassed where the turn has passed it already, or the answer that isn't streamed does.
 */
export function bounded(
  model: LanguageModelV3,
  { limitKiB, large, onPassed }: { readonly limitKiB: number; readonly large: Permits; onPassed(): void },
): LanguageModelV3 {
  const limit = limitKiB * 1024;
  /** Turns whose answer is large already: one that waited for a second time could wait for itself. */
  const hasLeave = new WeakSet<RequestScope>();
  const passed = (request = currentRequest()) => {
    onPassed();
    const error = new LimitPassed(
      `The turn's answer, with its tool calls and results, is larger than ${limitKiB} KiB (FLAME_ANSWER_LIMIT_KIB) and was stopped; ask for less at once`,
    );
    noteFirst(error, request);
    return error;
  };
  const left = (prompt: LanguageModelV3Prompt): number => {
    const bytes = limit - bytesOfTurn(prompt);
    if (bytes < 0) throw passed();
    return bytes;
  };
  return {
    ...model,
    async doGenerate(options) {
      const bytes = left(options.prompt);
      const result = await model.doGenerate(options);
      if (bytesOf(result.content) > bytes) throw passed();
      return result;
    },
    async doStream(options) {
      let bytes = left(options.prompt);
      const request = currentRequest();
      const result = await model.doStream(options);
      const reader = result.stream.getReader();
      const isLargeNow = becomesLarge();
      const read = Promise.withResolvers<void>();
      return {
        ...result,
        stream: new ReadableStream<LanguageModelV3StreamPart>(
          {
            async pull(controller) {
              const { done, value } = await reader.read().catch((error: unknown) => {
                read.resolve();
                throw error;
              });
              if (done) {
                read.resolve();
                return controller.close();
              }
              const size = bytesOfPart(value);
              bytes -= size;
              if (isLargeNow(size) && !(request && hasLeave.has(request))) {
                const leave = await large.take(options.abortSignal);
                // Of a turn it is held until that is over, and not only until it was read.
                if (request?.over) hasLeave.add(request);
                void (request?.over ?? read.promise).then(leave);
              }
              if (bytes >= 0) return controller.enqueue(value);
              const error = passed(request);
              controller.enqueue({ type: "error", error });
              controller.close();
              read.resolve();
              await reader.cancel(error);
            },
            cancel(reason) {
              read.resolve();
              return reader.cancel(reason);
            },
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
}

/** What the turn holds already: all behind what the user said last. */
function bytesOfTurn(prompt: LanguageModelV3Prompt): number {
  const turn = prompt.slice(prompt.findLastIndex(({ role }) => role === "user") + 1);
  return turn.some(({ role }) => role !== "system") ? bytesOf(turn) : 0;
}

function bytesOfPart(part: LanguageModelV3StreamPart): number {
  switch (part.type) {
    case "text-delta":
    case "reasoning-delta":
      return bytesOf(part.delta);
    case "tool-call":
    case "tool-result":
    case "file":
    case "source":
    case "tool-approval-request":
      return bytesOf(part);
    // A call's input comes in pieces, and then whole: it is held twice for as long as it comes.
    case "tool-input-delta":
      return bytesOf(part.delta);
    default:
      return 0;
  }
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
