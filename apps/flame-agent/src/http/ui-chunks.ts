import { TurnEvent } from "../workflow/events.ts";

/**
 * One piece of a UI message stream, as AI SDK's clients read it (`uiMessageChunkSchema` of the package `ai`, version 7,
 * which the tests hold every piece against).
 */
export type UiChunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The reasons to end that AI SDK knows; any other is `other` to it. */
const FINISH_REASONS = new Set(["stop", "length", "content-filter", "tool-calls", "error", "other"]);

/** Where in its message the stream is. */
type Place = "before" | "before a step" | "in a step" | "behind a tool's answer" | "waiting" | "broken";

/** A call that the reader of the message knows of: in which of its steps it stands, and whether it has come to its end. */
interface ToldCall {
  readonly step: number;
  readonly isSettled: boolean;
}

/**
 * Makes a UI message of a turn's events: one message for the whole turn, however often it is taken up. Of the calls of
 * one answer the next is told when the one before it has come to its end: AI SDK's clients send a decision only where no
 * other call of the step is left without its own, and an agent asks one question after the other.
 */
export class UiMessage {
  #place: Place = "before";
  #texts = 0;
  #steps = 0;
  #isText = false;
  /** The pieces that tell calls. */
  readonly #calls = new Map<string, UiChunk>();
  readonly #told = new Map<string, ToldCall>();
  /** Calls that aren't told yet, in their order. */
  readonly #held = new Set<string>();

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
        return [...this.#openStep(), ...this.#text(), { type: "text-delta", id: this.#textId, delta: told.data.delta }];
      case "citation": {
        const { document, title, ...place } = told.data;
        const sourceId = `${document}#${place.position}`;
        return [
          ...this.#openStep(),
          { type: "source-document", sourceId, mediaType: "text/plain", title, providerMetadata: { flame: place } },
        ];
      }
      case "tool":
        return [...this.#openStep(), ...this.#tool(told.data)];
      case "approval": {
        const { id: approvalId, toolCall, tool, input, expiresAt } = told.data;
        const asked = {
          type: "tool-approval-request",
          approvalId,
          toolCallId: toolCall,
          approvalDescriptor: { expiresAt },
        };
        return [...this.#openStep(), ...this.#ensureTold(toolCall, tool, input), asked];
      }
      case "end":
        return [...this.#openStep(), ...this.#end(told.data)];
      case "error":
        return this.#break(told.data);
    }
  }

  /**
   * Has what comes next be of a message as its reader has it, of whom nobody knows how much of a broken attempt that is:
   * what is told anew stands in a step of its own.
   */
  keepBroken(): void {
    if (this.#place === "broken") this.#place = "waiting";
  }

  #start({ turn, thread, resource }: { turn: string; thread: string; resource: string }): readonly UiChunk[] {
    const start = { type: "start", messageId: turn, messageMetadata: { turn, thread, resource } };
    if (this.#place !== "broken") {
      this.#place = "before a step";
      return [start];
    }
    // Taken up again, a turn tells its answer from the beginning.
    this.#place = "in a step";
    for (const [call, { step }] of this.#told) if (step === this.#steps) this.#told.delete(call);
    return [start, { type: "reset-step" }];
  }

  /**
   * Begins the step in which something stands: one that broke off before anything did is none. AI SDK's clients look for
   * decisions in a message's last step alone.
   */
  #openStep(): readonly UiChunk[] {
    if (this.#place !== "before a step") return [];
    this.#place = "in a step";
    return [this.#startStep()];
  }

  #startStep(): UiChunk {
    this.#steps += 1;
    return { type: "start-step" };
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
    if (state === "called") return this.#called(toolCall, name, input);
    const told = [...this.#ensureTold(toolCall, name, input), ...this.#endText()];
    this.#place = "behind a tool's answer";
    this.#told.set(toolCall, { step: this.#steps, ...this.#told.get(toolCall), isSettled: true });
    return [...told, outcomeOf(toolCall, state, output), ...this.#next()];
  }

  #called(toolCall: string, name: string, input: unknown): readonly UiChunk[] {
    const behind = [...this.#endText(), ...this.#nextStep()];
    this.#note(toolCall, name, input);
    this.#held.add(toolCall);
    return [...behind, ...this.#next()];
  }

  /** Tells the next call that is held back, where all of this step have come to their end. */
  #next(): readonly UiChunk[] {
    const isOpen = [...this.#told.values()].some(({ step, isSettled }) => step === this.#steps && !isSettled);
    const [next] = this.#held;
    return isOpen || next === undefined ? [] : this.#tell(next);
  }

  #ensureTold(toolCall: string, name: string, input: unknown): readonly UiChunk[] {
    if (this.#told.has(toolCall) && !this.#held.has(toolCall)) return [];
    if (!this.#calls.has(toolCall)) this.#note(toolCall, name, input);
    return this.#tell(toolCall);
  }

  #note(toolCallId: string, toolName: string, input: unknown): void {
    const call = { type: "tool-input-available", toolCallId, toolName, input: input ?? null, dynamic: true };
    this.#calls.set(toolCallId, call);
  }

  #tell(toolCall: string): readonly UiChunk[] {
    this.#held.delete(toolCall);
    this.#told.set(toolCall, { step: this.#steps, isSettled: false });
    const call = this.#calls.get(toolCall);
    return call ? [...this.#endText(), call] : [];
  }

  /** What the model says behind a tool's answer is another step, in which nothing is left to answer. */
  #nextStep(): readonly UiChunk[] {
    if (this.#place !== "behind a tool's answer") return [];
    this.#place = "in a step";
    return [{ type: "finish-step" }, this.#startStep()];
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
    // What is taken up again makes its calls anew.
    this.#held.clear();
    this.#place = this.#place === "before a step" ? "waiting" : "broken";
    if (code === "client-left") return [...ended, { type: "abort", reason: message }];
    return [...ended, { type: "error", errorText: message }];
  }
}

function outcomeOf(toolCallId: string, state: "answered" | "failed" | "declined", output: unknown): UiChunk {
  if (state === "answered") return { type: "tool-output-available", toolCallId, output: output ?? null };
  if (state === "declined") return { type: "tool-output-denied", toolCallId };
  return { type: "tool-output-error", toolCallId, errorText: "The tool failed" };
}
