import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Pool } from "pg";
import { HeldLease, holding } from "../database/index.ts";
import type { StopWish, ThreadStops } from "./thread-stops.ts";

/** Pauses between two looks at a thread that another instance holds, in milliseconds: each one is twice the last. */
const FIRST_PAUSE_MILLISECONDS = 25;
const LONGEST_PAUSE_MILLISECONDS = 400;
/** What is waited in any case, in milliseconds: a turn that told its end gives its thread back a moment later. */
const LEAST_WAIT_MILLISECONDS = 250;
/** How often a turn that supersedes another one asks for that, in milliseconds: it may see a moment later that it isn't followed. */
const ASK_MILLISECONDS = 250;

export interface ThreadLeasesOptions {
  /** Names this process among those that share the database. */
  readonly instance: string;
  /** How long an instance that gives no sign still holds what it held, in seconds. */
  readonly aliveSeconds: number;
  /** How long a turn waits for its thread, in seconds; 0: only for one that is ending. */
  readonly waitSeconds: number;
  /** What stops turns that hold threads. */
  readonly stops: ThreadStops;
}

export interface TakeOptions {
  /** How long the thread is waited for at most, in seconds. Default: as long as any turn waits. */
  readonly longestSeconds?: number;
  /** Whether a turn that has the thread and that nobody follows is stopped for it. Default: it is waited for. */
  readonly supersedes?: boolean;
}

/** What finds a lease in the database. */
export type LeaseRow = Pick<HeldLease, "thread" | "holder">;

/** A thread that one turn has for itself, on all instances that share the database. */
export interface ThreadLease {
  /** Does the work as the holder: what it writes into the thread is refused once another one has it. */
  during<Result>(work: () => Result): Result;
  /** The same, for the runs too that Mastra begins in the thread after those of the work. */
  duringAll<Result>(work: () => Result): Result;
  /** Says what stops the turn that has the thread, until it gives it back. */
  stoppedBy(stop: (wish: StopWish) => void): void;
  /** Whether a write was refused because another one has the thread by now. */
  readonly isLost: boolean;
  /** Its row in the database, for a statement that gives it back. */
  readonly row: LeaseRow;
  /** Notes that a statement has given it back. */
  givenBack(): void;
  /** Gives the thread to the next one, or sees to it that {@link ThreadLeases.settle} does. Later calls do nothing. */
  release(): Promise<void>;
}

/**
 * Gives each thread to one turn at a time, in the order of their coming within an instance. A lease outlives neither its
 * turn nor the signs of life of its instance: that of a killed holder goes to the next one, and a holder that was away
 * for so long finds that it may write no more.
 */
export class ThreadLeases {
  readonly #pool: Pool;
  readonly #options: ThreadLeasesOptions;
  /** For each thread, when the last one in this process's line has done with it. */
  readonly #lines = new Map<string, Promise<void>>();
  readonly #unreleased = new Map<string, string>();

  constructor(pool: Pool, options: ThreadLeasesOptions) {
    this.#pool = pool;
    this.#options = options;
  }

  /** The thread, once it is free; undefined where it wasn't within the wait, or `signal` was aborted before. */
  async take(
    thread: string,
    signal: AbortSignal,
    { longestSeconds = Number.POSITIVE_INFINITY, supersedes = false }: TakeOptions = {},
  ): Promise<ThreadLease | undefined> {
    const { stops } = this.#options;
    const until = new AbortController();
    const waitSeconds = Math.min(this.#options.waitSeconds, longestSeconds);
    const waitMilliseconds = Math.max(waitSeconds * 1000, LEAST_WAIT_MILLISECONDS);
    const timer = setTimeout(() => until.abort(), waitMilliseconds);
    // Where the database doesn't take the wish, the turn is waited for.
    const ask = () => void stops.ask(thread, "unfollowed").catch(() => {});
    const asking = supersedes ? setInterval(ask, ASK_MILLISECONDS) : undefined;
    const done = Promise.withResolvers<void>();
    const before = this.#lines.get(thread);
    // Who gives up leaves the line: those behind wait for those before.
    const end = Promise.all([before, done.promise]).then(() => {});
    this.#lines.set(thread, end);
    const leave = () => {
      done.resolve();
      void end.then(() => {
        if (this.#lines.get(thread) === end) this.#lines.delete(thread);
      });
    };
    try {
      const giveUp = AbortSignal.any([signal, until.signal]);
      const isFirst = !before || (await isOver(before, giveUp));
      const holder = isFirst ? await this.#claim(thread, giveUp) : undefined;
      if (holder === undefined) {
        leave();
        return undefined;
      }
      let released: Promise<void> | undefined;
      const held = new HeldLease(thread, holder);
      return {
        during: (work) => holding(held, work),
        duringAll: (work) => {
          held.coversFollowUps = true;
          return holding(held, work);
        },
        stoppedBy: (stop) => stops.enter(thread, holder, stop),
        get isLost() {
          return held.isLost;
        },
        row: held,
        givenBack: () => {
          stops.leave(thread, holder);
          released ??= Promise.resolve().then(leave);
        },
        release: () => {
          stops.leave(thread, holder);
          released ??= this.#release(thread, holder).finally(leave);
          return released;
        },
      };
    } catch (error) {
      leave();
      throw error;
    } finally {
      clearTimeout(timer);
      clearInterval(asking);
    }
  }

  /** Gives back what could not be given back when its turn ended, or may have been taken, because the database was away. */
  async settle(): Promise<void> {
    for (const [holder, thread] of this.#unreleased) {
      await this.#giveBack(thread, holder);
      this.#unreleased.delete(holder);
    }
  }

  async #claim(thread: string, giveUp: AbortSignal): Promise<string | undefined> {
    const holder = randomUUID();
    for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) {
      const claim = this.#pool.query(
        `insert into flame.thread_leases as lease (thread, holder, instance)
         select $1, $2, $3 from (${NOT_AWAITED}) as quick
         on conflict (thread) do update set holder = excluded.holder, instance = excluded.instance, stop_wish = null
         where not exists (
           select from flame.instances where id = lease.instance and seen_at > now() - make_interval(secs => $4)
         )`,
        [thread, holder, this.#options.instance, this.#options.aliveSeconds],
      );
      const { rowCount } = await claim.catch((error: unknown) => {
        // It may have been given, and the answer got lost.
        this.#unreleased.set(holder, thread);
        throw error;
      });
      if (rowCount === 1) return holder;
      if (giveUp.aborted) return undefined;
      await delay(pause, undefined, { signal: giveUp }).catch(() => {});
    }
  }

  async #release(thread: string, holder: string): Promise<void> {
    try {
      await this.#giveBack(thread, holder);
    } catch {
      this.#unreleased.set(holder, thread);
    }
  }

  async #giveBack(thread: string, holder: string): Promise<void> {
    await this.#pool.query(
      `delete from flame.thread_leases using (${NOT_AWAITED}) as quick where thread = $1 and holder = $2`,
      [thread, holder],
    );
  }
}

/** Removes the leases of instances that give no signs of life, so that none is left of a thread nobody asks for again. */
export async function forgetLeases(pool: Pool, aliveSeconds: number): Promise<void> {
  await pool.query(
    `delete from flame.thread_leases where instance not in (
       select id from flame.instances where seen_at > now() - make_interval(secs => $1)
     )`,
    [aliveSeconds],
  );
}

/** A lease need not outlive a crash of the database, so its commit doesn't wait for the disk. */
const NOT_AWAITED = "select set_config('synchronous_commit', 'off', true)";

async function isOver(before: Promise<void>, giveUp: AbortSignal): Promise<boolean> {
  if (giveUp.aborted) return false;
  const given = Promise.withResolvers<false>();
  const stop = () => given.resolve(false);
  giveUp.addEventListener("abort", stop, { once: true });
  const over = await Promise.race([before.then(() => true), given.promise]);
  giveUp.removeEventListener("abort", stop);
  return over;
}
