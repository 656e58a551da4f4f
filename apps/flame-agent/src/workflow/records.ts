import type { Pool } from "pg";
import { type Owner, ownedNameOf } from "../tenants/index.ts";
import { appendToBegun, appendToEnded, type EncodedEvent, encoded, words } from "../turn-log/index.ts";
import type { LeaseRow } from "../turns/thread-leases.ts";
import { INTERRUPTED, THREAD_DELETED } from "./failure.ts";

/**
 * What became of a turn. `waiting`: for the approval of a tool call; `interrupted`: the process that ran it ended, and
 * it can be resumed. All others but `running` are final.
 */
export type TurnState = "running" | "waiting" | "completed" | "failed" | "cancelled" | "interrupted";

/** What is told about a turn. */
export interface TurnRecord {
  readonly id: string;
  readonly thread: string;
  readonly resource: string;
  readonly state: TurnState;
  /** Why it failed: an error's code, as in the stream's `error` event. */
  readonly failure: string | null;
  /** Times that it was taken up: 1 and one for every approval and every resumption. */
  readonly attempt: number;
  /** Whether it can be gone on with: it was interrupted, or failed or was cancelled after a decision about a tool call. */
  readonly resumable: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A tool call that was decided about. */
export interface MadeCall {
  /** The run that made it. */
  readonly run: string;
  readonly toolCall: string;
  readonly tool: string;
  readonly input: unknown;
  readonly approved: boolean;
  readonly reason: string | null;
}

/** An interrupted turn that this caller may resume. */
export interface Resumption {
  /** The run to begin. */
  readonly run: string;
  readonly thread: string;
  readonly resource: string;
  readonly message: string;
  /** The calls of its earlier runs that were decided about, the oldest first. */
  readonly decided: readonly MadeCall[];
}

/** A key by which a client makes sure that its request is one turn, however often it is sent. */
export interface TurnKey {
  readonly key: string;
  /** Tells requests apart: the same key with another one is a mistake. */
  readonly requestDigest: string;
}

/** The turn that a key stands for. */
export interface KeyedTurn {
  readonly turn: string;
  readonly requestDigest: string;
}

/** How long a key stands for its turn, in seconds: a day, as is usual, and the least that turns are kept. */
const TURN_KEY_SECONDS = 86_400;

/** How long ago an instance took a turn that it must know by now, in seconds: longer than any statement takes. */
const STRAY_SECONDS = 60;

/** Which turns of a tenant are listed. */
export interface TurnListRequest {
  readonly thread: string;
  readonly resource: string;
  readonly limit: number;
  /** The id of the last one that the caller has. */
  readonly after?: string | undefined;
}

const COLUMNS = `id, thread, resource, state, failure, attempt, created_at as "createdAt", updated_at as "updatedAt",
  ${mayBeResumed("turns")} as resumable`;

/**
 * A condition on a turn: it was interrupted, or it ended otherwise after somebody had decided about its tool calls, and
 * what was decided must not be lost. A call that nobody decided about in time ended its turn for good, and so does a thread
 * that is deleted.
 */
function mayBeResumed(turns: string): string {
  return `(${turns}.state = 'interrupted' or ${turns}.state in ('failed', 'cancelled')
    and coalesce(${turns}.failure, '') not in ('approval-expired', 'thread-deleted')
    and exists (select from flame.approvals where turn = ${turns}.id and state in ('approved', 'rejected')))`;
}

export type TurnRecords = ReturnType<typeof createTurnRecords>;

/** The state of each turn in the database: what a client can ask about, whatever becomes of the process. */
export function createTurnRecords(pool: Pool, instance: string) {
  return {
    /**
     * Notes a turn that begins, its key, and what is first told of it, all or nothing: false where the key stands for
     * another turn already.
     */
    async begin(turn: {
      readonly id: string;
      readonly tenant: string;
      readonly thread: string;
      readonly resource: string;
      readonly message: string;
      readonly key?: TurnKey | undefined;
      readonly told?: readonly EncodedEvent[];
    }): Promise<boolean> {
      const { key, told = [], ...noted } = turn;
      const values = [noted.id, noted.tenant, noted.thread, noted.resource, noted.message, instance, ...words(told)];
      if (!key) {
        await pool.query(
          `with begun as (${INSERT} values (${VALUES}) returning id) ${appendToBegun("$7", "$8")}`,
          values,
        );
        return true;
      }
      const { rowCount } = await pool.query(
        `with keyed as (
           insert into flame.turn_keys as known (tenant, resource, key, turn, request_digest)
           values ($2, $4, $9, $1, $10)
           on conflict (tenant, resource, key) do update
             set turn = excluded.turn, request_digest = excluded.request_digest, created_at = now()
             where known.created_at <= now() - make_interval(secs => ${TURN_KEY_SECONDS})
           returning turn
         ), begun as (${INSERT} select ${VALUES} from keyed returning id), logged as (${appendToBegun("$7", "$8")})
         select from begun`,
        [...values, key.key, key.requestDigest],
      );
      return rowCount === 1;
    },

    /** The turn that a resource's key stands for; undefined: none (any more). */
    async keyed(tenant: string, resource: string, key: string): Promise<KeyedTurn | undefined> {
      const { rows } = await pool.query<KeyedTurn>(
        `select turn, request_digest as "requestDigest" from flame.turn_keys
         where tenant = $1 and resource = $2 and key = $3
           and created_at > now() - make_interval(secs => ${TURN_KEY_SECONDS})`,
        [tenant, resource, key],
      );
      return rows[0];
    },

    /** The turns of a resource's thread, the latest first, from the one behind `after` on. */
    async list(tenant: string, { thread, resource, limit, after }: TurnListRequest): Promise<readonly TurnRecord[]> {
      const { rows } = await pool.query<TurnRecord>(
        `select ${COLUMNS} from flame.turns
         where tenant = $1 and resource = $2 and thread = $3 and ($5::uuid is null or position <
           (select position from flame.turns where tenant = $1 and id = $5))
         order by position desc limit $4`,
        [tenant, resource, thread, limit, after],
      );
      return rows;
    },

    /**
     * Notes how a turn of this instance ended, together with the last that is told of it, and gives its thread back.
     * Returns the id of the first of these events (0 where there are none); undefined, with nothing changed, where it
     * isn't this instance's any more.
     */
    async end(
      id: string,
      state: Exclude<TurnState, "running" | "waiting">,
      failure: string | null = null,
      told: readonly EncodedEvent[] = [],
      lease?: LeaseRow,
    ): Promise<number | undefined> {
      const { rows } = await pool.query<{ firstId: number | null }>(
        `with ended as (
           update flame.turns set state = $3, failure = $4, updated_at = now()
           where id = $1 and instance = $2 and state = 'running' returning id
         ), logged as (${appendToEnded("$5", "$6")} returning first_id), released as (
           delete from flame.thread_leases where thread = $7 and holder = $8 and exists (select from ended)
         )
         select (select first_id from logged) as "firstId" from ended`,
        [id, instance, state, failure, ...words(told), lease?.thread ?? null, lease?.holder ?? null],
      );
      const [ended] = rows;
      return ended && (ended.firstId ?? 0);
    },

    /** Whether a turn waits for an approval in a thread, by its name in the store. */
    async waitsIn(thread: string): Promise<boolean> {
      const { rowCount } = await pool.query(
        `select from flame.turns where ${ownedNameOf("tenant", "thread")} = $1 and state = 'waiting' limit 1`,
        [thread],
      );
      return rowCount === 1;
    },

    /**
     * Ends for good what could still go on in a thread that is gone, by its name in the store: turns that wait, whose
     * approvals nobody can give any more, and those that could be resumed. What its turns told is forgotten. Their keys
     * stay: a request that comes again is no new one.
     */
    async endIn(thread: string): Promise<void> {
      await pool.query(
        `with ended as (
           update flame.turns set state = 'failed', failure = 'thread-deleted', updated_at = now()
           where ${ownedNameOf("tenant", "thread")} = $1 and (state = 'waiting' or ${mayBeResumed("turns")}) returning id
         ), withdrawn as (
           update flame.approvals set state = 'expired', decided_at = now()
           where state = 'pending' and turn in (select id from ended)
         ) ${appendToEnded("$2", "$3")}`,
        [thread, ...words([encoded(THREAD_DELETED)])],
      );
      await pool.query(
        `with gone as (
           select id, failure is not distinct from 'thread-deleted' as ended from flame.turns
           where ${ownedNameOf("tenant", "thread")} = $1
         )
         delete from flame.turn_events as told using gone where told.turn = gone.id and not (gone.ended
           and first_id = (select max(first_id) from flame.turn_events as other where other.turn = gone.id))`,
        [thread],
      );
    },

    /**
     * Marks turns as interrupted that this instance took {@link STRAY_SECONDS} ago and that aren't among those that it
     * knows: the answer to the statement that took them got lost. Returns how many.
     */
    async interruptStrays(known: readonly string[]): Promise<number> {
      return interrupt(
        pool,
        "instance = $1 and updated_at < now() - make_interval(secs => $2) and id <> all ($3::uuid[])",
        [instance, STRAY_SECONDS, known],
      );
    },

    async find({ tenant, resource }: Owner, id: string): Promise<TurnRecord | undefined> {
      const { rows } = await pool.query<TurnRecord>(
        `select ${COLUMNS} from flame.turns where tenant = $1 and id = $2 and ($3::text is null or resource = $3)`,
        [tenant, id, resource],
      );
      return rows[0];
    },

    /** The turn that a thread took last; undefined where it took none, or its record isn't kept any more. */
    async lastOf({ tenant, resource }: Owner, thread: string): Promise<Pick<TurnRecord, "id"> | undefined> {
      const { rows } = await pool.query<Pick<TurnRecord, "id">>(
        `select id from flame.turns where tenant = $1 and thread = $2 and ($3::text is null or resource = $3)
         order by position desc limit 1`,
        [tenant, thread, resource],
      );
      return rows[0];
    },

    /**
     * Takes a turn that may be resumed for this instance, for a new run; undefined where it may not (any more).
     * What a run's snapshots say isn't asked: Mastra drops them before the turn's end is noted.
     */
    async resume(tenant: string, id: string): Promise<Resumption | undefined> {
      const { rows } = await pool.query<Resumption>(
        `with made as (
           select run, tool_call as "toolCall", tool, input, state = 'approved' as approved, reason, position
           from flame.approvals where tenant = $1 and turn = $2 and state in ('approved', 'rejected')
         )
         update flame.turns set state = 'running', instance = $3, attempt = attempt + 1, failure = null,
           updated_at = now(), run = id || '-' || (attempt + 1)
         where tenant = $1 and id = $2 and ${mayBeResumed("turns")}
         returning run, thread, resource, message,
           (select coalesce(jsonb_agg(to_jsonb(made) - 'position' order by position), '[]') from made) as decided`,
        [tenant, id, instance],
      );
      return rows[0];
    },
  };
}

const INSERT = "insert into flame.turns (id, tenant, thread, resource, message, state, instance, run)";
const VALUES = "$1::uuid, $2, $3, $4, $5, 'running', $6::uuid, $1::uuid::text";

/** Marks running turns whose instance is gone as interrupted, and tells it in their events. Returns how many. */
export async function interruptOrphans(pool: Pool, aliveSeconds: number): Promise<number> {
  return interrupt(
    pool,
    "instance not in (select id from flame.instances where seen_at > now() - make_interval(secs => $1))",
    [aliveSeconds],
  );
}

/** Marks the running turns that the condition on the values is true of as interrupted, and tells it. Returns how many. */
async function interrupt(pool: Pool, condition: string, values: readonly unknown[]): Promise<number> {
  const { rowCount } = await pool.query(
    `with ended as (
       update flame.turns set state = 'interrupted', updated_at = now()
       where state = 'running' and ${condition} returning id
     ) ${appendToEnded(`$${values.length + 1}`, `$${values.length + 2}`)}`,
    [...values, ...words([encoded(INTERRUPTED)])],
  );
  return rowCount ?? 0;
}

/**
 * Removes what killed processes left of Mastra's runs: snapshots of a day ago that no turn goes on from. Returns how
 * many.
 */
export async function forgetRuns(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from public.mastra_workflow_snapshot where "updatedAtZ" < now() - interval '1 day'
       and run_id not in (select run from flame.turns where state in ('running', 'waiting'))`,
  );
  return rowCount ?? 0;
}

/** Removes keys that stand for no turn any more. Returns how many. */
export async function forgetTurnKeys(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from flame.turn_keys where created_at <= now() - make_interval(secs => ${TURN_KEY_SECONDS})`,
  );
  return rowCount ?? 0;
}

/** Removes turns that ended so many days ago, with their approvals. Returns how many. */
export async function forgetTurns(pool: Pool, days: number): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from flame.turns
     where state not in ('running', 'waiting') and updated_at < now() - make_interval(days => $1)`,
    [days],
  );
  return rowCount ?? 0;
}
