import type { Pool } from "pg";
import type { EncodedEvent, LoggedEvent } from "./event.ts";
import { FOLLOWER_BEAT_SECONDS, Followers } from "./followers.ts";
import { GroupCommit } from "./group-commit.ts";
import { lastIdOf, noteFollower, readPage } from "./stored-events.ts";
import { TurnTail } from "./turn-tail.ts";
import { TurnWriter } from "./turn-writer.ts";

/** Pause between two looks at a turn that runs in another process, in milliseconds. */
const LOOK_MILLISECONDS = 200;

/** Events in a row; the last one of a turn has no id where it could not be stored. */
export type FollowedEvents = readonly (LoggedEvent | EncodedEvent)[];

/** What becomes of a turn that nobody follows. */
interface Following {
  /** How long, in seconds, nobody may follow it; Infinity: it goes on whoever listens. */
  readonly graceSeconds: number;
  /** Called when nobody did for so long, through any instance. */
  readonly abandoned: () => void;
}

/** The events of turns: stored in their order before anybody is told them, and told to whoever follows, from any event on. */
export class TurnLog {
  readonly #pool: Pool;
  readonly #commits: GroupCommit;
  readonly #live = new Map<string, { readonly tail: TurnTail; readonly followers: Followers }>();

  /** `pauseMilliseconds`: between the starts of two writes, whatever the number of turns. */
  constructor(pool: Pool, instance: string, pauseMilliseconds: number) {
    this.#pool = pool;
    this.#commits = new GroupCommit(pool, instance, pauseMilliseconds);
  }

  /**
   * Begins to write a turn that this instance runs now. `begun`: all that is stored of one that is new; absent where it
   * was taken up again.
   */
  async write(
    turn: string,
    { begun, following }: { readonly begun?: readonly EncodedEvent[] | undefined; readonly following: Following },
  ): Promise<TurnWriter> {
    const after = begun ? 0 : await lastIdOf(this.#pool, turn);
    const tail = new TurnTail(after);
    tail.add((begun ?? []).map((event, index) => ({ id: index + 1, ...event })));
    const followers = new Followers(this.#pool, turn, following.graceSeconds, following.abandoned);
    const entry = { tail, followers };
    this.#live.set(turn, entry);
    return new TurnWriter(turn, after, tail, this.#commits, () => {
      followers.end();
      if (this.#live.get(turn) === entry) this.#live.delete(turn);
    });
  }

  /** Has a turn that runs here end at once where those who followed it have left, and it doesn't go on for its own sake. */
  async endIfLeft(turn: string): Promise<void> {
    await this.#live.get(turn)?.followers.endIfLeft();
  }

  /** Whether there are events behind `after`, or will be without anybody's doing; or whether they are kept no more. */
  async ahead(turn: string, after: number): Promise<"some" | "none" | "forgotten"> {
    const page = await readPage(this.#pool, turn, after);
    if (page?.running || (page && page.events.length > 0)) return "some";
    return (await lastIdOf(this.#pool, turn)) > 0 ? "none" : "forgotten";
  }

  /**
   * The turn's events behind `after`, each once and in order, and while it runs, in whichever process, those that come.
   * Ends when the turn ends or waits, or when the signal is aborted. What is read is held by nobody until it is asked
   * for: a follower may be as slow as it likes.
   */
  async *follow(turn: string, after: number, signal: AbortSignal): AsyncGenerator<FollowedEvents, void, undefined> {
    const pause = pauses(signal);
    let last = after;
    let entry = this.#live.get(turn);
    entry?.followers.enter();
    let nextNote = 0;
    try {
      while (!signal.aborted) {
        if (!entry) {
          entry = this.#live.get(turn);
          entry?.followers.enter();
        }
        const events = entry?.tail.since(last);
        if (entry && events) {
          const { failure, over } = entry.tail;
          if (events.length > 0) yield events;
          else if (over) {
            if (failure) yield [failure];
            return;
          } else await pause.untilChange(entry.tail);
          last = events.at(-1)?.id ?? last;
          continue;
        }
        const page = await readPage(this.#pool, turn, last);
        if (page && page.events.length > 0) {
          yield page.events;
          last = page.events.at(-1)?.id ?? last;
        } else if (!page?.running) {
          return;
        } else {
          if (performance.now() >= nextNote) {
            await noteFollower(this.#pool, turn);
            nextNote = performance.now() + FOLLOWER_BEAT_SECONDS * 1000;
          }
          await pause.of(LOOK_MILLISECONDS);
        }
      }
    } finally {
      entry?.followers.leave();
      pause.end();
    }
  }
}

/** Pauses that end at once when the signal is aborted, with one listener on it for all of them. */
function pauses(signal: AbortSignal) {
  let wake = () => {};
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  return {
    untilChange: (tail: TurnTail) =>
      new Promise<void>((resolve) => {
        wake = resolve;
        tail.onChange(resolve);
      }),
    of: (milliseconds: number) =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => signal.removeEventListener("abort", onAbort),
  };
}
