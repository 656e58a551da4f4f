import type { Queryable } from "../database/index.ts";
import { wasFollowed } from "./stored-events.ts";

/** A follower through another instance shows up so often, in seconds, and is missed after twice that. */
export const FOLLOWER_BEAT_SECONDS = 4;

/** Who follows a turn that runs here, so that one that nobody waits for any more is found. */
export class Followers {
  readonly #connection: Queryable;
  readonly #turn: string;
  readonly #graceSeconds: number;
  readonly #abandoned: () => void;
  #count = 0;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  /** `abandoned` is called when nobody has followed for `graceSeconds`, through any instance. */
  constructor(connection: Queryable, turn: string, graceSeconds: number, abandoned: () => void) {
    this.#connection = connection;
    this.#turn = turn;
    this.#graceSeconds = graceSeconds;
    this.#abandoned = abandoned;
    this.#wait();
  }

  enter(): void {
    this.#count += 1;
    clearTimeout(this.#timer);
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#wait();
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#over || !Number.isFinite(this.#graceSeconds)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), this.#graceSeconds * 1000);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const seconds = Math.max(this.#graceSeconds, 2 * FOLLOWER_BEAT_SECONDS);
    // Where the database can't be asked, somebody may well wait: the next look tells.
    const followed = await wasFollowed(this.#connection, this.#turn, seconds).catch(() => true);
    if (this.#over || this.#count > 0) return;
    if (followed) this.#wait();
    else this.#abandoned();
  }
}
