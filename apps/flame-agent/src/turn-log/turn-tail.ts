import type { EncodedEvent, LoggedEvent } from "./event.ts";

/** Characters of a turn's last events that stay in memory for those who follow it here; behind that, the database is asked. */
const TAIL_CHARACTERS = 65_536;

/** A turn that this process runs, as those see it who follow it here: the stored events that are still in memory. */
export class TurnTail {
  readonly #tail: LoggedEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #tailCharacters = 0;
  #lastId: number;
  #over = false;
  #isLost = false;
  #failure: EncodedEvent | undefined;

  constructor(lastId: number) {
    this.#lastId = lastId;
  }

  /** The id of the last stored event. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Whether nothing more comes from this process. */
  get over(): boolean {
    return this.#over;
  }

  /** How the turn ended, where that could not be stored. */
  get failure(): EncodedEvent | undefined {
    return this.#failure;
  }

  /** The stored events behind `after`; undefined where they aren't all in memory (any more). */
  since(after: number): readonly LoggedEvent[] | undefined {
    if (this.#isLost) return undefined;
    const missing = this.#lastId - after;
    return missing <= this.#tail.length ? this.#tail.slice(this.#tail.length - Math.max(0, missing)) : undefined;
  }

  add(events: readonly LoggedEvent[]): void {
    for (const event of events) {
      this.#tail.push(event);
      this.#tailCharacters += event.data.length;
      this.#lastId = event.id;
    }
    let dropped = 0;
    while (this.#tailCharacters > TAIL_CHARACTERS && dropped < this.#tail.length - 1) {
      this.#tailCharacters -= this.#tail[dropped]?.data.length ?? 0;
      dropped += 1;
    }
    this.#tail.splice(0, dropped);
    this.#wake();
  }

  end(failure?: EncodedEvent): void {
    this.#over = true;
    this.#failure = failure;
    this.#wake();
  }

  /** Says that another instance writes the turn. */
  lose(): void {
    this.#isLost = true;
    this.#wake();
  }

  /** Calls back once, at the next change. */
  onChange(listener: () => void): void {
    this.#waiting.add(listener);
  }

  #wake(): void {
    const listeners = [...this.#waiting];
    this.#waiting.clear();
    for (const listener of listeners) listener();
  }
}
