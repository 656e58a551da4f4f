import type { Pool } from "pg";

/** What stands for a thread's older messages. */
export interface Summary {
  readonly content: string;
  /** When the last message that it stands for was written. */
  readonly coversUntil: Date;
}

/** The summaries of threads; a thread has one at most. */
export function createSummaries(pool: Pool) {
  return {
    async of(thread: string): Promise<Summary | undefined> {
      const { rows } = await pool.query<Summary>(
        `select content, covers_until as "coversUntil" from flame.summaries where thread = $1`,
        [thread],
      );
      return rows[0];
    },

    /**
     * Keeps a summary, unless one that covers more is there: another turn of the thread was faster. Nothing is kept
     * where the thread is gone, or has become another resource's since: that one would be told what it never said.
     */
    async keep(thread: string, resource: string, { content, coversUntil }: Summary): Promise<void> {
      await pool.query(
        `insert into flame.summaries (thread, content, covers_until)
         select id, $3, $4 from public.mastra_threads where id = $1 and "resourceId" = $2 for key share
         on conflict (thread) do update set content = excluded.content, covers_until = excluded.covers_until,
           updated_at = now()
         where summaries.covers_until < excluded.covers_until`,
        [thread, resource, content.toWellFormed().replaceAll("\0", ""), coversUntil],
      );
    },
  };
}

/** Removes the summaries of threads that are gone. Returns how many. */
export async function forgetSummaries(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    "delete from flame.summaries where not exists (select 1 from public.mastra_threads where id = summaries.thread)",
  );
  return rowCount ?? 0;
}
