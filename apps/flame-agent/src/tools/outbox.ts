import type { Pool } from "pg";

/** A message that an approved call sent. */
export interface SentMessage {
  readonly id: string;
  readonly recipient: string;
  readonly body: string;
  readonly createdAt: Date;
}

/** One call of the tool, which may be made again after a crash. */
export interface SendCall {
  readonly tenant: string;
  readonly run: string;
  readonly toolCall: string;
  readonly recipient: string;
  readonly body: string;
}

export type Outbox = ReturnType<typeof createOutbox>;

/**
 * Messages that approved calls sent, in their order; whatever delivers them reads them from here. A call is kept once,
 * however often it is made: a process that died behind it makes it again when its turn is resumed.
 */
export function createOutbox(pool: Pool) {
  return {
    /** @throws where the call hasn't got an approval, whether or not it was asked for. */
    async send({ tenant, run, toolCall, recipient, body }: SendCall): Promise<void> {
      const { rows } = await pool.query<{ refused: boolean }>(
        `with approved as (
           select 1 from flame.approvals where tenant = $1 and run = $2 and tool_call = $3 and state = 'approved'
         ), sent as (
           insert into flame.outbox (tenant, run, tool_call, recipient, body)
           select $1, $2, $3, $4, $5 where exists (select 1 from approved)
           on conflict (tenant, run, tool_call) do nothing
         )
         select not exists (select 1 from approved) as refused`,
        [tenant, run, toolCall, recipient, body],
      );
      if (rows[0]?.refused)
        throw new Error("The call isn't approved; fix: approve it with POST /approvals/<id>/approve");
    },

    /** A tenant's messages, the oldest first, from the one after `after` on. */
    async list(
      tenant: string,
      { limit, after }: { readonly limit: number; readonly after?: string | undefined },
    ): Promise<readonly SentMessage[]> {
      const { rows } = await pool.query<SentMessage>(
        `select id, recipient, body, created_at as "createdAt" from flame.outbox
         where tenant = $1 and ($3::uuid is null or position >
           (select position from flame.outbox where tenant = $1 and id = $3))
         order by position limit $2`,
        [tenant, limit, after],
      );
      return rows;
    },
  };
}
