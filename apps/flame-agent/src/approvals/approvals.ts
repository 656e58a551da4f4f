import { randomUUID } from "node:crypto";
import type { Pool } from "pg";
import { inTransaction, jsonText } from "../database/index.ts";
import type { Owner } from "../tenants/index.ts";
import { appendToEnded, type EncodedEvent, encoded, type ToldEvent, words } from "../turn-log/index.ts";

export const APPROVAL_STATES = ["pending", "approved", "rejected", "expired"] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/** A tool call that somebody must allow. */
export interface Approval {
  readonly id: string;
  readonly turn: string;
  readonly tool: string;
  readonly input: unknown;
  readonly state: ApprovalState;
  /** Why it was rejected, in the words of who did it. */
  readonly reason: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
}

/** What somebody decided about a tool call. */
export interface Decision {
  readonly approved: boolean;
  readonly reason?: string | undefined;
}

/** Where a tool call waits, or waited. */
export interface ApprovalPlace {
  readonly turn: string;
  readonly thread: string;
  readonly resource: string;
  readonly state: ApprovalState;
}

/** A turn that may go on, because this caller's decision was the first. */
export interface Continuation {
  readonly turn: string;
  readonly run: string;
  readonly toolCall: string;
  readonly tool: string;
  readonly thread: string;
  readonly resource: string;
  readonly message: string;
  readonly decision: Decision;
}

/** What became of a decision: taken, or too late because the call is no longer pending, or on nothing. */
export type Decided =
  | { readonly kind: "taken"; readonly continuation: Continuation }
  | { readonly kind: "late"; readonly state: Exclude<ApprovalState, "pending"> }
  | { readonly kind: "absent" };

export type Approvals = ReturnType<typeof createApprovals>;

const STATE = `(case when approvals.state = 'pending' and expires_at <= now() then 'expired' else approvals.state end)`;
const COLUMNS = `id, turn, tool, input, reason, created_at as "createdAt", expires_at as "expiresAt",
  decided_at as "decidedAt", ${STATE} as state`;

/** A condition on an approval: its turn is the resource's that this parameter names, or the parameter names none. */
function ownedBy(resource: string): string {
  return `(${resource}::text is null
    or exists (select from flame.turns where turns.id = approvals.turn and turns.resource = ${resource}))`;
}

/** Tool calls that wait for approval. All decisions are made in SQL, so that of several instances one alone wins. */
export function createApprovals(pool: Pool, instance: string, ttlSeconds: number) {
  return {
    /**
     * Has a turn that this instance runs wait for the approval of a tool call, and keeps what `tell` tells of it; both
     * or neither. `firstId` is the id of the first of these events. Undefined where the turn isn't this instance's any
     * more: it was away for so long that the turn was given up.
     */
    async request(
      turn: string,
      call: { readonly toolCall: string; readonly tool: string; readonly input: unknown },
      tell: (approval: { readonly id: string; readonly expiresAt: Date }) => readonly EncodedEvent[] = () => [],
    ) {
      return inTransaction(pool, async (connection) => {
        const waiting = await connection.query<{ tenant: string; run: string }>(
          `update flame.turns set state = 'waiting', updated_at = now()
           where id = $1 and state = 'running' and instance = $2 returning tenant, run`,
          [turn, instance],
        );
        const [owner] = waiting.rows;
        if (!owner) return undefined;
        const { rows } = await connection.query<{ id: string; expiresAt: Date }>(
          `insert into flame.approvals (id, tenant, turn, run, tool_call, tool, input, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))
           returning id, expires_at as "expiresAt"`,
          [randomUUID(), owner.tenant, turn, owner.run, call.toolCall, call.tool, jsonText(call.input), ttlSeconds],
        );
        const [approval] = rows;
        if (!approval) throw new Error("The approval was not kept");
        const events = tell(approval);
        const logged = await connection.query<{ firstId: number }>(
          `with ended as (select $1::uuid as id) ${appendToEnded("$2", "$3")} returning first_id as "firstId"`,
          [turn, ...words(events)],
        );
        return { ...approval, firstId: logged.rows[0]?.firstId ?? 0, events };
      });
    },

    /** Where calls were made, and what became of them, by the ids of their approvals; without those that there are not. */
    async places({ tenant, resource }: Owner, ids: readonly string[]): Promise<ReadonlyMap<string, ApprovalPlace>> {
      const { rows } = await pool.query<ApprovalPlace & { readonly id: string }>(
        `select approvals.id, turns.thread, turns.resource, turns.id as turn, ${STATE} as state
         from flame.approvals join flame.turns on turns.id = approvals.turn
         where approvals.tenant = $1 and approvals.id = any($2::uuid[]) and ($3::text is null or turns.resource = $3)`,
        [tenant, ids, resource],
      );
      return new Map(rows.map(({ id, ...place }) => [id, place]));
    },

    /** Where a call was made, and what became of it; undefined where there is none of that id. */
    async place(owner: Owner, id: string): Promise<ApprovalPlace | undefined> {
      return (await this.places(owner, [id])).get(id);
    },

    /** Approves or rejects a pending call and gives its turn to this instance, both or neither. */
    async decide(owner: Owner, id: string, { approved, reason }: Decision): Promise<Decided> {
      const { tenant, resource } = owner;
      return inTransaction(pool, async (connection): Promise<Decided> => {
        const decided = await connection.query<Pick<Continuation, "turn" | "toolCall" | "tool">>(
          `update flame.approvals set state = $3, reason = $4, decided_at = now()
           where tenant = $1 and id = $2 and state = 'pending' and expires_at > now() and ${ownedBy("$5")}
           returning turn, tool_call as "toolCall", tool`,
          [tenant, id, approved ? "approved" : "rejected", reason ?? null, resource],
        );
        const [call] = decided.rows;
        if (!call) {
          const { rows } = await connection.query<{ state: ApprovalState }>(
            `select ${COLUMNS} from flame.approvals where tenant = $1 and id = $2 and ${ownedBy("$3")}`,
            [tenant, id, resource],
          );
          const state = rows[0]?.state;
          return state === undefined || state === "pending" ? { kind: "absent" } : { kind: "late", state };
        }
        const claimed = await connection.query<Omit<Continuation, "turn" | "toolCall" | "tool" | "decision">>(
          `update flame.turns set state = 'running', instance = $2, attempt = attempt + 1, updated_at = now()
           where id = $1 and state = 'waiting' returning run, thread, resource, message`,
          [call.turn, instance],
        );
        const [turn] = claimed.rows;
        if (!turn) throw new Error("The approval's turn isn't waiting");
        return { kind: "taken", continuation: { ...call, ...turn, decision: { approved, reason } } };
      });
    },

    /** An owner's calls, the oldest first, from the one after `after` on. */
    async list(
      { tenant, resource }: Owner,
      {
        state,
        limit,
        after,
      }: {
        readonly state?: ApprovalState | undefined;
        readonly limit: number;
        readonly after?: string | undefined;
      },
    ): Promise<readonly Approval[]> {
      const { rows } = await pool.query<Approval>(
        `select ${COLUMNS} from flame.approvals
         where tenant = $1 and ($2::text is null or ${STATE} = $2) and ${ownedBy("$5")}
           and ($4::uuid is null or position > (select position from flame.approvals where tenant = $1 and id = $4))
         order by position limit $3`,
        [tenant, state, limit, after, resource],
      );
      return rows;
    },

    /** The calls of one turn, the oldest first. */
    async ofTurn(tenant: string, turn: string): Promise<readonly Approval[]> {
      const { rows } = await pool.query<Approval>(
        `select ${COLUMNS} from flame.approvals where tenant = $1 and turn = $2 order by position`,
        [tenant, turn],
      );
      return rows;
    },

    async find({ tenant, resource }: Owner, id: string): Promise<Approval | undefined> {
      const { rows } = await pool.query<Approval>(
        `select ${COLUMNS} from flame.approvals where tenant = $1 and id = $2 and ${ownedBy("$3")}`,
        [tenant, id, resource],
      );
      return rows[0];
    },
  };
}

/** Ends the calls that nobody decided in time, and their turns, of which `told` is told. Returns how many. */
export async function expireApprovals(pool: Pool, told: ToldEvent): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `with expired as (
       update flame.approvals set state = 'expired', decided_at = now()
       where state = 'pending' and expires_at <= now() returning turn
     ), ended as (
       update flame.turns set state = 'failed', failure = 'approval-expired', updated_at = now()
       where id in (select turn from expired) and state = 'waiting' returning id
     ), logged as (${appendToEnded("$1", "$2")})
     select count(*)::integer as count from expired`,
    [...words([encoded(told)])],
  );
  return rows[0]?.count ?? 0;
}
