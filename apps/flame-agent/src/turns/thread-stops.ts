import type { Pool } from "pg";
import { describeError, type Logger } from "../log.ts";

/** Which turn is to be stopped: whatever has the thread, or only one that nobody follows. */
export type StopWish = "whoever follows" | "unfollowed";

/** How often an instance looks what others want of its turns, in milliseconds. */
const LOOK_MILLISECONDS = 1_000;

/** A turn that holds a thread here, and what stops it. */
interface Stoppable {
  readonly holder: string;
  readonly stop: (wish: StopWish) => void;
}

export interface ThreadStopsOptions {
  readonly instance: string;
  /** Whether other instances have the database too, whose wishes are looked for. */
  readonly isShared: boolean;
  readonly log: Pick<Logger, "warn">;
}

/** Has the turn of a thread be stopped, on whichever instance it runs. */
export class ThreadStops {
  readonly #pool: Pool;
  readonly #options: ThreadStopsOptions;
  readonly #here = new Map<string, Stoppable>();
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(pool: Pool, options: ThreadStopsOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** Says what stops the turn that holds a thread here. */
  enter(thread: string, holder: string, stop: (wish: StopWish) => void): void {
    this.#here.set(thread, { holder, stop });
    if (this.#options.isShared) this.#timer ??= setInterval(() => void this.#look(), LOOK_MILLISECONDS).unref();
  }

  /** The turn has the thread no more. */
  leave(thread: string, holder: string): void {
    if (this.#here.get(thread)?.holder === holder) this.#here.delete(thread);
    if (this.#here.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Has the turn that holds a thread stop, if any, within a second or two; whether there is one. */
  async ask(thread: string, wish: StopWish): Promise<boolean> {
    const here = this.#here.get(thread);
    if (here) {
      here.stop(wish);
      return true;
    }
    if (!this.#options.isShared) return false;
    const { rowCount } = await this.#pool.query(
      "update flame.thread_leases set stop_wish = $2 where thread = $1 and instance <> $3",
      [thread, wish, this.#options.instance],
    );
    return rowCount === 1;
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const { rows } = await this.#pool.query<{ thread: string; holder: string; wish: StopWish }>(
        `with asked as (
           select thread, stop_wish from flame.thread_leases where instance = $1 and stop_wish is not null for update
         )
         update flame.thread_leases as lease set stop_wish = null from asked where lease.thread = asked.thread
         returning lease.thread, lease.holder, asked.stop_wish as wish`,
        [this.#options.instance],
      );
      for (const { thread, holder, wish } of rows) {
        const here = this.#here.get(thread);
        if (here?.holder === holder) here.stop(wish);
      }
    } catch (error) {
      this.#options.log.warn({ error: describeError(error) }, "wishes that turns stop can't be read now");
    } finally {
      this.#looking = false;
    }
  }
}
