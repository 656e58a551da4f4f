import { setTimeout as delay, setImmediate as nextTurnOfTheLoop } from "node:timers/promises";
import { isDatabaseAway, type Queryable } from "../database/index.ts";
import type { LoggedEvent } from "./event.ts";
import { type Batch, isStored, ROW_EVENTS_MAX, storeBatches } from "./stored-events.ts";

/** Characters of one row and of one statement: a database has room for more, and a reader holds several rows. */
const ROW_CHARACTERS = 65_536;
const STATEMENT_CHARACTERS = 1_048_576;
/**
 * Pause before a statement is tried again that a database which is away didn't take, and how long that goes on behind
 * the first failure, which a connection that can't be made may take ten seconds to be.
 */
const RETRY_MILLISECONDS = 200;
const RETRIES_MILLISECONDS = 8_000;

/** One turn's events that wait to be stored, and what becomes of them. */
export interface Outgoing {
  readonly turn: string;
  /** Waiting events, the oldest first; what is stored is taken from it. */
  readonly pending: LoggedEvent[];
  stored(events: readonly LoggedEvent[]): void;
  /** They can't be stored: the turn isn't this instance's any more, or the database doesn't take them. */
  lost(error: unknown): void;
}

/**
 * Stores the events of all turns of this instance, one statement at a time: while it runs, what comes is collected for
 * the next one, so that many turns share a commit. Between the starts of two statements are `pauseMilliseconds` at
 * least.
 */
export class GroupCommit {
  readonly #connection: Queryable;
  readonly #instance: string;
  readonly #pauseMilliseconds: number;
  readonly #waiting = new Set<Outgoing>();
  readonly #withdrawn = new WeakSet<Outgoing>();
  readonly #inFlight = new Map<Outgoing, Promise<void>>();
  #running: Promise<void> | undefined;

  constructor(connection: Queryable, instance: string, pauseMilliseconds: number) {
    this.#connection = connection;
    this.#instance = instance;
    this.#pauseMilliseconds = pauseMilliseconds;
  }

  /** Has the turn's pending events stored soon. */
  add(outgoing: Outgoing): void {
    this.#waiting.add(outgoing);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Stores no more of the turn; resolves when none of it is being stored. */
  async withdraw(outgoing: Outgoing): Promise<void> {
    this.#withdrawn.add(outgoing);
    this.#waiting.delete(outgoing);
    await this.#inFlight.get(outgoing);
  }

  async #run(): Promise<void> {
    // What one turn of the event loop brings goes together.
    await nextTurnOfTheLoop();
    while (this.#waiting.size > 0) {
      const start = performance.now();
      await this.#storeNext();
      const rest = this.#pauseMilliseconds - (performance.now() - start);
      if (rest > 0) await delay(rest);
    }
  }

  async #storeNext(): Promise<void> {
    const taken = this.#take();
    if (taken.size === 0) return;
    const done = Promise.withResolvers<void>();
    for (const outgoing of taken.keys()) this.#inFlight.set(outgoing, done.promise);
    try {
      await this.#store(taken);
    } finally {
      for (const outgoing of taken.keys()) {
        this.#inFlight.delete(outgoing);
        if (outgoing.pending.length > 0 && !this.#withdrawn.has(outgoing)) this.#waiting.add(outgoing);
      }
      done.resolve();
    }
  }

  /** The next statement's rows: one a turn, as far as it has room. */
  #take(): Map<Outgoing, readonly LoggedEvent[]> {
    const taken = new Map<Outgoing, readonly LoggedEvent[]>();
    let characters = 0;
    for (const outgoing of this.#waiting) {
      if (characters > STATEMENT_CHARACTERS) break;
      this.#waiting.delete(outgoing);
      const events = firstOf(outgoing.pending);
      if (events.length === 0) continue;
      taken.set(outgoing, events);
      characters += charactersOf(events);
    }
    return taken;
  }

  async #store(taken: ReadonlyMap<Outgoing, readonly LoggedEvent[]>): Promise<void> {
    const batches = [...taken].map(([{ turn }, events]) => ({ turn, events }));
    let stored: ReadonlySet<string>;
    try {
      stored = await this.#storeWithRetries(batches);
    } catch (error) {
      // One turn's events must not take the others' with them.
      if (taken.size > 1 && !isDatabaseAway(error)) for (const one of taken) await this.#store(new Map([one]));
      else for (const outgoing of taken.keys()) lose(outgoing, error);
      return;
    }
    for (const [outgoing, events] of taken) {
      if (!stored.has(outgoing.turn)) {
        lose(outgoing, new Error("The turn was given up while this process was away"));
        continue;
      }
      outgoing.pending.splice(0, events.length);
      outgoing.stored(events);
    }
  }

  async #storeWithRetries(batches: readonly Batch[]): Promise<ReadonlySet<string>> {
    let deadline: number | undefined;
    const stored = new Set<string>();
    for (let tries = 0; ; tries += 1) {
      try {
        for (const batch of tries === 0 ? [] : batches)
          if (await isStored(this.#connection, batch)) stored.add(batch.turn);
        const missing = batches.filter(({ turn }) => !stored.has(turn));
        return new Set([...stored, ...(await storeBatches(this.#connection, this.#instance, missing))]);
      } catch (error) {
        deadline ??= performance.now() + RETRIES_MILLISECONDS;
        if (!isDatabaseAway(error) || performance.now() > deadline) throw error;
        await delay(RETRY_MILLISECONDS);
      }
    }
  }
}

function lose(outgoing: Outgoing, error: unknown): void {
  outgoing.pending.length = 0;
  outgoing.lost(error);
}

/** The events of the next row: one at least. */
function firstOf(pending: readonly LoggedEvent[]): readonly LoggedEvent[] {
  let characters = 0;
  let count = 0;
  for (const { data } of pending) {
    characters += data.length;
    if (count === ROW_EVENTS_MAX || (count > 0 && characters > ROW_CHARACTERS)) break;
    count += 1;
  }
  return pending.slice(0, count);
}

const charactersOf = (events: readonly LoggedEvent[]) => events.reduce((sum, { data }) => sum + data.length, 0);
