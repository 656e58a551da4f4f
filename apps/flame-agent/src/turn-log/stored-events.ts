import type { Pool } from "pg";
import type { Queryable } from "../database/index.ts";
import { type EncodedEvent, type LoggedEvent, packed, unpacked } from "./event.ts";

/** Events of one row at most; what looks for an event by its id relies on it. */
export const ROW_EVENTS_MAX = 256;
/** Rows that are read at once: a reader that is far behind holds no more than these in memory. */
const PAGE_ROWS = 16;

/** Events of one turn, in a row, that are stored together. */
export interface Batch {
  readonly turn: string;
  readonly events: readonly LoggedEvent[];
}

/**
 * Stores batches, each where the turn runs in this instance. Returns the turns whose batch is stored; another one was
 * given up, or somebody else writes it.
 */
export async function storeBatches(
  connection: Queryable,
  instance: string,
  batches: readonly Batch[],
): Promise<ReadonlySet<string>> {
  const { rows } = await connection.query<{ turn: string }>(
    `insert into flame.turn_events (turn, first_id, last_id, events)
     select batch.* from unnest($2::uuid[], $3::integer[], $4::integer[], $5::text[])
       as batch (turn, first_id, last_id, events)
     join flame.turns on turns.id = batch.turn and turns.instance = $1 and turns.state = 'running'
     on conflict (turn, first_id) do nothing returning turn`,
    [
      instance,
      batches.map(({ turn }) => turn),
      batches.map(({ events }) => events[0]?.id),
      batches.map(({ events }) => events.at(-1)?.id),
      batches.map(({ events }) => packed(events)),
    ],
  );
  return new Set(rows.map(({ turn }) => turn));
}

/** Whether the batch stands in the log already, word for word: the answer to storing it was lost. */
export async function isStored(connection: Queryable, { turn, events }: Batch): Promise<boolean> {
  const { rowCount } = await connection.query(
    "select from flame.turn_events where turn = $1 and first_id = $2 and last_id = $3 and events = $4",
    [turn, events[0]?.id, events.at(-1)?.id, packed(events)],
  );
  return rowCount === 1;
}

/** What {@link appendToEnded} and {@link appendToBegun} need as values of their two parameters. */
export function words(events: readonly EncodedEvent[]): readonly [count: number, events: string] {
  return [events.length, packed(events)];
}

/**
 * The part of a statement that adds events to the turns that its part `ended` names by `id`: whoever sees the turn's
 * new state sees them too. `count` and `events` are the names of the parameters that {@link words} gives.
 */
export function appendToEnded(count: string, events: string): string {
  return `insert into flame.turn_events (turn, first_id, last_id, events)
    select ended.id, behind.id + 1, behind.id + ${count}::integer, ${events}::text
    from ended, lateral (select coalesce((select last_id from flame.turn_events
      where turn = ended.id order by first_id desc limit 1), 0) as id) as behind
    where ${count}::integer > 0`;
}

/** The same for turns that are new, which the part `begun` names by `id`. */
export function appendToBegun(count: string, events: string): string {
  return `insert into flame.turn_events (turn, first_id, last_id, events)
    select id, 1, ${count}::integer, ${events}::text from begun where ${count}::integer > 0`;
}

/** What is there of a turn behind an event, as at one moment. */
export interface Page {
  /** Whether more may come without anybody's doing. */
  readonly running: boolean;
  readonly events: readonly LoggedEvent[];
}

/** The first events behind `after`; undefined where there is no such turn. */
export async function readPage(pool: Pool, turn: string, after: number): Promise<Page | undefined> {
  const { rows } = await pool.query<{ running: boolean; firstId: number | null; events: string | null }>(
    `select turns.state = 'running' as running, log.first_id as "firstId", log.events
     from flame.turns left join lateral (
       select first_id, events from flame.turn_events
       where turn = turns.id and first_id > $2 - ${ROW_EVENTS_MAX} and last_id > $2
       order by first_id limit ${PAGE_ROWS}
     ) as log on true
     where turns.id = $1 order by log.first_id`,
    [turn, after],
  );
  const [first] = rows;
  if (!first) return undefined;
  const events = rows.flatMap(({ firstId, events: text }) =>
    firstId === null || text === null ? [] : unpacked(firstId, text),
  );
  return { running: first.running, events: events.filter(({ id }) => id > after) };
}

/** The id of the turn's last event; 0: there is none. */
export async function lastIdOf(connection: Queryable, turn: string): Promise<number> {
  const { rows } = await connection.query<{ id: number }>(
    "select last_id as id from flame.turn_events where turn = $1 order by first_id desc limit 1",
    [turn],
  );
  return rows[0]?.id ?? 0;
}

/** Notes that somebody follows the turn now, for the instance that runs it. */
export async function noteFollower(connection: Queryable, turn: string): Promise<void> {
  await connection.query("update flame.turns set followed_at = now() where id = $1 and state = 'running'", [turn]);
}

/** Whether somebody followed the turn through any instance within so many seconds. */
export async function wasFollowed(connection: Queryable, turn: string, seconds: number): Promise<boolean> {
  const { rowCount } = await connection.query(
    "select from flame.turns where id = $1 and followed_at > now() - make_interval(secs => $2)",
    [turn, seconds],
  );
  return rowCount === 1;
}

/**
 * Removes the events of turns that ended so long ago. One that can be resumed keeps them, since its ids go on from
 * there. Returns how many rows.
 */
export async function forgetEvents(pool: Pool, seconds: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from flame.turn_events as log where created_at < now() - make_interval(secs => $1) and not exists (
       select from flame.turns where id = log.turn
         and (state in ('running', 'waiting', 'interrupted') or updated_at >= now() - make_interval(secs => $1)))`,
    [seconds],
  );
  return rowCount ?? 0;
}
