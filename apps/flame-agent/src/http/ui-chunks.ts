import { TurnEvent } from "../workflow/events.ts";

/**
 * One piece of a UI message stream, as AI SDK's clients read it (`uiMessageChunkSchema` of the package `ai`, version 7,
 * which the tests hold every piece against).
 */
export type UiChunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The reasons to end that AI SDK knows; any other is `other` to it. */
const FINISH_REASONS = new Set(["stop", "length", "content-filter", "tool-calls", "error", "other"]);

/** Where in its message the stream is. */
type Place = "before" | "in a step" | "behind a tool's answer" | "waiting" | "broken";

/** Makes a UI message of a turn's events: one message for the whole turn, however often it is taken up. */
export class UiMessage {
  #place: Place = "before";
  #texts = 0;
  #isText = false;
  readonly #called = new Set<string>();

  /** The pieces that an event of the log is. One of a kind that isn't known here is none. */
  chunksOf(event: string, data: string): readonly UiChunk[] {
    const told = TurnEvent.safeParse({ event, data: JSON.parse(data) });
    return told.success ? this.#chunks(told.data) : [];
  }

  #chunks(told: TurnEvent): readonly UiChunk[] {
    switch (told.event) {
      case "start":
        return this.#start(told.data);
      case "step":
        return [{ type: "data-step", data: told.data, transient: true }];
      case "text":
        return [...this.#text(), { type: "text-delta", id: this.#textId, delta: told.data.delta }];
      case "citation": {
        const { document, title, ...place } = told.data;
        const sourceId = `${document}#${place.position}`;
        return [
          { type: "source-document", sourceId, mediaType: "text/plain", title, providerMetadata: { flame: place } },
        ];
      }
      case "tool":
        return this.#tool(told.data);
      case "approval": {
        const { id: approvalId, toolCall, tool, input, expiresAt } = told.data;
        const asked = {
          type: "tool-approval-request",
          approvalId,
          toolCallId: toolCall,
          approvalDescriptor: { expiresAt },
        };
        return [...this.#call(toolCall, tool, input), asked];
      }
      case "end":
        return this.#end(told.data);
      case "error":
        return this.#break(told.data);
    }
  }

  #start({ turn, thread, resource }: { turn: string; thread: string; resource: string }): readonly UiChunk[] {
    const before = this.#place;
    this.#place = "in a step";
    // Taken up again, a turn tells its answer from the beginning.
    if (before === "broken") return [{ type: "reset-step" }];
    if (before !== "before") return [{ type: "start-step" }];
    return [{ type: "start", messageId: turn, messageMetadata: { turn, thread, resource } }, { type: "start-step" }];
  }

  #text(): readonly UiChunk[] {
    if (this.#isText) return [];
    const behind = this.#nextStep();
    this.#isText = true;
    this.#texts += 1;
    return [...behind, { type: "text-start", id: this.#textId }];
  }

  get #textId(): string {
    return `text-${this.#texts}`;
  }

  #tool({ name, toolCall, state, input, output }: Extract<TurnEvent, { event: "tool" }>["data"]): readonly UiChunk[] {
    if (state === "called") return this.#call(toolCall, name, input);
    const ended = this.#endText();
    this.#place = "behind a tool's answer";
    const toolCallId = toolCall;
    if (state === "answered") return [...ended, { type: "tool-output-available", toolCallId, output: output ?? null }];
    if (state === "declined") return [...ended, { type: "tool-output-denied", toolCallId }];
    return [...ended, { type: "tool-output-error", toolCallId, errorText: "The tool failed" }];
  }

  #call(toolCallId: string, toolName: string, input: unknown): readonly UiChunk[] {
    if (this.#called.has(toolCallId)) return [];
    const ended = [...this.#endText(), ...this.#nextStep()];
    this.#called.add(toolCallId);
    return [...ended, { type: "tool-input-available", toolCallId, toolName, input: input ?? null, dynamic: true }];
  }

  /** What the model says behind a tool's answer is another step, in which nothing is left to answer. */
  #nextStep(): readonly UiChunk[] {
    if (this.#place !== "behind a tool's answer") return [];
    this.#place = "in a step";
    return [{ type: "finish-step" }, { type: "start-step" }];
  }

  #endText(): readonly UiChunk[] {
    if (!this.#isText) return [];
    this.#isText = false;
    return [{ type: "text-end", id: this.#textId }];
  }

  #end({ finishReason, usage }: Extract<TurnEvent, { event: "end" }>["data"]): readonly UiChunk[] {
    const isWaiting = finishReason === "suspended";
    const ended = [...this.#endText(), { type: "finish-step" }];
    this.#place = "waiting";
    const reason = isWaiting ? "tool-calls" : FINISH_REASONS.has(finishReason) ? finishReason : "other";
    return [...ended, { type: "finish", finishReason: reason, messageMetadata: { usage } }];
  }

  #break({ code, message }: Extract<TurnEvent, { event: "error" }>["data"]): readonly UiChunk[] {
    const ended = this.#endText();
    this.#place = "broken";
    if (code === "client-left") return [...ended, { type: "abort", reason: message }];
    return [...ended, { type: "error", errorText: message }];
  }
}
