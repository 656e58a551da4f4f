import type { Citation } from "../cache/answers.ts";

/** The steps of a turn, in their order. */
export type StepName = "analysis" | "enhancement" | "cache" | "retrieval" | "generation";

/** How a step ended. `hit`: the cache had the answer; `failed`: the turn goes on without what the step would bring. */
export type StepOutcome = "done" | "hit" | "miss" | "skipped" | "failed" | "waiting";

/** What a client is told while its turn runs, in the stream of `POST /turns`. */
export type TurnEvent =
  | {
      readonly event: "start";
      readonly data: { readonly turn: string; readonly thread: string; readonly resource: string };
    }
  | {
      readonly event: "step";
      readonly data: { readonly name: StepName; readonly outcome: StepOutcome; readonly milliseconds: number };
    }
  | { readonly event: "text"; readonly data: { readonly delta: string } }
  | {
      readonly event: "tool";
      readonly data: {
        readonly name: string;
        readonly state: "called" | "answered" | "failed" | "declined";
        readonly input?: unknown;
        readonly output?: unknown;
      };
    }
  | { readonly event: "citation"; readonly data: Citation }
  | {
      readonly event: "approval";
      readonly data: {
        readonly id: string;
        readonly tool: string;
        readonly input: unknown;
        readonly expiresAt: string;
      };
    }
  | {
      readonly event: "end";
      readonly data: {
        /** The model's reason, or `suspended` where a tool call waits for approval. */
        readonly finishReason: string;
        readonly usage: Usage;
      };
    }
  | {
      /** The turn ended otherwise, or its process did. */
      readonly event: "error";
      readonly data: { readonly code: string; readonly message: string };
    };

/** Tokens of a turn; zeros where the cache had the answer. */
export interface Usage {
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly totalTokens: number | undefined;
}

/** Tells one event to whoever follows the turn, and resolves when it may tell the next. */
export type Emit = (event: TurnEvent) => Promise<void>;
