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
  #hasBegun = false;
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
    this.#hasBegun = true;
    clearTimeout(this.#timer);
  }

  leave(): void {
    this.#count -= 1;
    if (this.#count === 0) this.#wait();
  }

  /** Has the turn count as abandoned at once, where it was followed and is no more, through any instance. */
  async endIfLeft(): Promise<void> {
    if (this.#hasBegun && Number.isFinite(this.#graceSeconds)) await this.#endIfUnfollowed(2 * FOLLOWER_BEAT_SECONDS);
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
    if (!(await this.#endIfUnfollowed(Math.max(this.#graceSeconds, 2 * FOLLOWER_BEAT_SECONDS)))) this.#wait();
  }

  /** Where nobody followed for so many seconds, calls `abandoned`; whether nothing is to be looked for any more. */
  async #endIfUnfollowed(seconds: number): Promise<boolean> {
    if (this.#over || this.#count > 0) return true;
    // Where the database can't be asked, somebody may well wait: the next look tells.
    const isFollowed = await wasFollowed(this.#connection, this.#turn, seconds).catch(() => true);
    if (this.#over || this.#count > 0) return true;
    if (!isFollowed) this.#abandoned();
    return !isFollowed;
  }
}
