/** What goes wrong with one answer of the model server. */
export type ModelFault =
  /** The first token comes late. */
  | { readonly kind: "slow"; readonly firstTokenMilliseconds: number }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: "cut"; readonly afterTokens: number }
  /** A tool is called with arguments that aren't JSON. */
  | { readonly kind: "malformed-tool-call"; readonly tool: string }
  /** A tool is called that nobody offered. */
  | { readonly kind: "unknown-tool" }
  /** 429 with `Retry-After`. */
  | { readonly kind: "rate-limit"; readonly retryAfterSeconds: number }
  /** 500. */
  | { readonly kind: "server-error" }
  /** The request is taken and never answered. */
  | { readonly kind: "silent" };

/** Faults waiting for the requests to come, one each and in order. */
export class FaultScript {
  readonly #waiting: ModelFault[] = [];

  /** Has the next requests fail, in this order; those after them don't. */
  add(...faults: readonly ModelFault[]): void {
    this.#waiting.push(...faults);
  }

  take(): ModelFault | undefined {
    return this.#waiting.shift();
  }

  /** Those that no request has met yet. */
  get left(): readonly ModelFault[] {
    return this.#waiting;
  }

  clear(): void {
    this.#waiting.length = 0;
  }
}
