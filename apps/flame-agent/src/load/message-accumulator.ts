/**
 * Holds the last `max` messages: a new one above that drops the oldest, and one whose id is there already takes its
 * place. Memory is bounded by `max`, whatever comes in.
 */
export class MessageAccumulator<Message> {
  readonly #max: number;
  readonly #messages = new Map<unknown, Message>();
  #dropped = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** `id` is what makes two messages the same; without one each is its own. */
  add(message: Message, id?: string): void {
    this.#messages.set(id ?? Symbol("message"), message);
    if (this.#messages.size <= this.#max) return;
    for (const oldest of this.#messages.keys()) {
      this.#messages.delete(oldest);
      this.#dropped += 1;
      break;
    }
  }

  /** How many were dropped. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The messages held, the oldest first. */
  all(): Message[] {
    return [...this.#messages.values()];
  }
}
