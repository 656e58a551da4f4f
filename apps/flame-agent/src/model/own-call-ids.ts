import type { LanguageModelV3, LanguageModelV3Content, LanguageModelV3StreamPart } from "@ai-sdk/provider";

/** Ids as every model's server takes them: Mistral's wants nine letters and digits, and nothing else. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 9;

/**
 * The same model, but each tool call bears an id that no other one has. Some servers number the calls of each answer anew,
 * and whoever holds a conversation finds what came of a call by its id alone: in the answer, in the thread, and in turns
 * that wait for a decision, of which the model isn't told. Nor is a tool called by a name that every object has.
 */
export function withOwnCallIds(model: LanguageModelV3): LanguageModelV3 {
  return {
    ...model,
    async doGenerate(options) {
      const ids = new CallIds();
      const result = await model.doGenerate(options);
      return { ...result, content: result.content.map((part) => ids.inContent(part)) };
    },
    async doStream(options) {
      const ids = new CallIds();
      const result = await model.doStream(options);
      const reader = result.stream.getReader();
      return {
        ...result,
        stream: new ReadableStream<LanguageModelV3StreamPart>(
          {
            async pull(controller) {
              const { done, value } = await reader.read();
              if (done) controller.close();
              else controller.enqueue(ids.inStream(value));
            },
            cancel: (reason) => reader.cancel(reason),
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
}

/** A part that names a call, which streams have whole as answers do. */
type CallPart = Extract<LanguageModelV3Content, { toolCallId: string }>;

function isOfCall(part: LanguageModelV3Content | LanguageModelV3StreamPart): part is CallPart {
  return "toolCallId" in part;
}

/** The ids of one answer's calls. */
class CallIds {
  /** Which of our ids a server's stands for now, and whether that call is whole. */
  readonly #current = new Map<string, { readonly id: string; isWhole: boolean }>();

  inContent(part: LanguageModelV3Content): LanguageModelV3Content {
    return isOfCall(part) ? this.#inCall(part) : part;
  }

  inStream(part: LanguageModelV3StreamPart): LanguageModelV3StreamPart {
    switch (part.type) {
      case "tool-input-start":
        return { ...part, id: this.#begin(part.id).id, toolName: ownName(part.toolName) };
      case "tool-input-delta":
      case "tool-input-end":
        return { ...part, id: this.#of(part.id) };
      default:
        return isOfCall(part) ? this.#inCall(part) : part;
    }
  }

  #inCall(part: CallPart): CallPart {
    if (part.type !== "tool-call") return { ...part, toolCallId: this.#of(part.toolCallId) };
    return { ...part, toolCallId: this.#whole(part.toolCallId), toolName: ownName(part.toolName) };
  }

  #begin(given: string) {
    const call = { id: newId(), isWhole: false };
    this.#current.set(given, call);
    return call;
  }

  #whole(given: string): string {
    const begun = this.#current.get(given);
    const call = begun && !begun.isWhole ? begun : this.#begin(given);
    call.isWhole = true;
    return call.id;
  }

  #of(given: string): string {
    return this.#current.get(given)?.id ?? given;
  }
}

/** Mastra finds a tool by a name that every object has, and then never answers the call: no tool bears such a name. */
function ownName(name: string): string {
  return name in {} ? `no_tool_${name}` : name;
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(LENGTH)), (byte) => ALPHABET[byte % ALPHABET.length]).join(
    "",
  );
}
