import { type EncodedEvent, encoded, type LoggedEvent, type ToldEvent } from "./event.ts";
import type { GroupCommit, Outgoing } from "./group-commit.ts";
import type { TurnTail } from "./turn-tail.ts";

/** What of a turn may wait to be stored before the turn is held back; with its last words it still fits a row. */
const WAITING_CHARACTERS = 131_072;
const WAITING_EVENTS = 200;

/** Events in a row that are stored, and the id of the first. */
interface StoredEvents {
  readonly firstId: number;
  readonly events: readonly EncodedEvent[];
}

/**
 * Stores what still waits, and what is last to be told, in the same statement or transaction as the state that it tells
 * of; undefined: the turn isn't this instance's any more, and nothing is stored.
 */
export type StoreLast = (waiting: readonly EncodedEvent[]) => Promise<StoredEvents | undefined>;

/** Writes what is told of one turn, for as long as this instance runs it. */
export class TurnWriter implements Outgoing {
  readonly turn: string;
  /** The id of the last event that was told before this instance took the turn. */
  readonly after: number;
  readonly pending: LoggedEvent[] = [];
  readonly #tail: TurnTail;
  readonly #commits: GroupCommit;
  readonly #close: () => void;
  readonly #room: (() => void)[] = [];
  #waitingCharacters = 0;
  #nextId: number;
  #failure: unknown;

  constructor(turn: string, after: number, tail: TurnTail, commits: GroupCommit, close: () => void) {
    this.turn = turn;
    this.after = after;
    this.#tail = tail;
    this.#commits = commits;
    this.#close = close;
    this.#nextId = tail.lastId + 1;
  }

  /**
   * Adds an event. It reaches nobody before it is stored. Resolves when the turn may tell the next one, which is at once
   * unless much waits. Rejects where an earlier one could not be stored.
   */
  async append(event: ToldEvent): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const logged = { id: this.#nextId, ...encoded(event) };
    this.#nextId += 1;
    this.pending.push(logged);
    this.#waitingCharacters += logged.data.length;
    this.#commits.add(this);
    if (this.#hasRoom()) return;
    await new Promise<void>((resolve) => this.#room.push(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Whether some of the turn could not be stored. */
  get isLost(): boolean {
    return this.#failure !== undefined;
  }

  /** Resolves when all that was added is stored, or waits for the turn's end. Rejects where some could not be stored. */
  async whole(): Promise<void> {
    await this.#commits.withdraw(this);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Ends the turn here where `store` keeps its end; returns whether it did. Where it didn't, or rejects, the turn may end
   * otherwise, or {@link close}.
   */
  async end(store: StoreLast): Promise<boolean> {
    await this.#commits.withdraw(this);
    const stored = await store([...this.pending]);
    if (!stored) return false;
    const { firstId, events } = stored;
    this.pending.length = 0;
    this.#tail.add(events.map(({ event, data }, index) => ({ id: firstId + index, event, data })));
    this.#tail.end();
    this.#close();
    return true;
  }

  /**
   * Ends a turn whose end could not be stored: those who follow it here are told `failure`, without an id, since nobody
   * can come back to it. Does nothing where the turn ended.
   */
  close(failure: ToldEvent): void {
    if (this.#tail.over) return;
    this.#tail.end(encoded(failure));
    this.#close();
  }

  /** Says that the turn is another instance's by now: those who follow it here are told what the database has of it. */
  giveUp(): void {
    this.#tail.lose();
    this.#close();
  }

  stored(events: readonly LoggedEvent[]): void {
    for (const { data } of events) this.#waitingCharacters -= data.length;
    this.#tail.add(events);
    this.#makeRoom();
  }

  lost(error: unknown): void {
    this.#failure = error;
    this.#waitingCharacters = 0;
    this.#makeRoom();
  }

  #hasRoom(): boolean {
    return this.#waitingCharacters <= WAITING_CHARACTERS && this.pending.length <= WAITING_EVENTS;
  }

  #makeRoom(): void {
    if (!this.#hasRoom()) return;
    for (const resolve of this.#room.splice(0)) resolve();
  }
}
