import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3FinishReason,
  LanguageModelV3StreamPart,
  LanguageModelV3ToolCall,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import { type Answer, answerTo, tokensOf } from "./offline.answer.ts";
import { fitting } from "./offline.structure.ts";
import { paced } from "./pace.ts";

const TEXT_ID = "answer";

/**
 * A language model with no network, key or chance in it: the same conversation gets the same answer, token by token
 * at a steady pace. For development without an account and for tests of the platform around it.
 */
export function offlineModel({
  tokensPerSecond,
}: {
  /** Tokens a second. */ readonly tokensPerSecond: number;
}): LanguageModelV3 {
  return {
    specificationVersion: "v3",
    provider: "flame",
    modelId: "offline",
    supportedUrls: {},

    async doStream(options) {
      options.abortSignal?.throwIfAborted();
      return { stream: ReadableStream.from(parts(options, tokensPerSecond)) };
    },

    async doGenerate(options) {
      options.abortSignal?.throwIfAborted();
      let text = "";
      const calls: LanguageModelV3ToolCall[] = [];
      for await (const part of parts(options, tokensPerSecond)) {
        if (part.type === "text-delta") text += part.delta;
        if (part.type === "tool-call") calls.push(part);
        if (part.type === "finish") {
          const content = [...(text === "" ? [] : [{ type: "text" as const, text }]), ...calls];
          return { content, finishReason: part.finishReason, usage: part.usage, warnings: [] };
        }
      }
      throw new Error("The offline model ended without an answer");
    },
  };
}

async function* parts(
  options: LanguageModelV3CallOptions,
  tokensPerSecond: number,
): AsyncGenerator<LanguageModelV3StreamPart> {
  const answer = inFormat(answerTo(options.prompt, options.tools ?? []), options.responseFormat);
  yield { type: "stream-start", warnings: [] };
  if (answer.kind === "tool-call") {
    const input = JSON.stringify(answer.input);
    for await (const _ of paced(tokensOf(input), tokensPerSecond, options.abortSignal));
    yield { type: "tool-call", toolCallId: answer.callId, toolName: answer.tool, input };
    yield finish(options, answer, [...tokensOf(input)].length);
    return;
  }

  let outputTokens = 0;
  yield { type: "text-start", id: TEXT_ID };
  for await (const token of paced(answer.tokens, tokensPerSecond, options.abortSignal)) {
    outputTokens += 1;
    yield { type: "text-delta", id: TEXT_ID, delta: token };
  }
  yield { type: "text-end", id: TEXT_ID };
  yield finish(options, answer, outputTokens);
}

/** The answer in the form that the caller asks for. */
function inFormat(answer: Answer, format: LanguageModelV3CallOptions["responseFormat"]): Answer {
  if (answer.kind !== "text" || format?.type !== "json") return answer;
  return { kind: "text", tokens: tokensOf(fitting(format.schema ?? {}, [...answer.tokens].join(""))) };
}

function finish(options: LanguageModelV3CallOptions, answer: Answer, outputTokens: number): LanguageModelV3StreamPart {
  const reason: LanguageModelV3FinishReason["unified"] = answer.kind === "tool-call" ? "tool-calls" : "stop";
  const inputTokens = [...tokensOf(JSON.stringify(options.prompt))].length;
  const usage: LanguageModelV3Usage = {
    inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: undefined },
  };
  return { type: "finish", finishReason: { unified: reason, raw: reason }, usage };
}
