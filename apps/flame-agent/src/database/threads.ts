import type { Pool } from "pg";
import { z } from "zod";
import { textOf } from "../memory/message-text.ts";
import { messageId, messageKey } from "./message-key.ts";
import { jsonText } from "./sql.ts";

/** Times that a claim is tried again because the thread came or went in the middle of it. */
const CLAIMS_MAX = 10;

/** A thread as a request wants to have it. */
export interface ThreadClaim {
  readonly thread: string;
  readonly resource: string;
  readonly title?: string | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What a claim found: the thread is new and the resource's from now on, was its own already, or is another's. */
export type Claimed = "new" | "own" | "other";

export type Threads = ReturnType<typeof createThreads>;

/** Refused: the thread is another resource's, or is gone. */
export class ThreadRefused extends Error {
  /** The status that Mastra's routes answer with. */
  readonly status = 409;

  constructor() {
    super("The thread belongs to another resource or is gone; nothing was changed");
    this.name = "ThreadRefused";
  }
}

/** Who owns which thread. A thread has one resource from its beginning to its end. */
export function createThreads(pool: Pool) {
  const ownerOf = async (thread: string): Promise<string | undefined> => {
    const { rows } = await pool.query<{ resource: string }>(
      `select "resourceId" as resource from public.mastra_threads where id = $1`,
      [thread],
    );
    return rows[0]?.resource;
  };

  return {
    /** The resource that the thread belongs to; undefined where there is no such thread. */
    ownerOf,

    /** What the user's messages of these ids say in the resource's thread. */
    async said(thread: string, resource: string, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const { rows } = await pool.query<{ id: string; content: string }>(
        `select id, content from public.mastra_messages
         where thread_id = $1 and "resourceId" = $2 and role = 'user' and id = any($3)`,
        [thread, resource, ids.flatMap((id) => [id, messageKey(thread, id)])],
      );
      return new Map(rows.map(({ id, content }) => [messageId(thread, id), textIn(content)]));
    },

    /** Whether the thread has a message of this id. */
    async has(thread: string, id: string): Promise<boolean> {
      const { rowCount } = await pool.query(
        "select from public.mastra_messages where thread_id = $1 and id = any($2)",
        [thread, [id, messageKey(thread, id)]],
      );
      return rowCount !== 0;
    },

    /** Makes the thread the resource's unless it is somebody's already: of several callers one alone gets it. */
    async claim({ thread, resource, title = "", metadata }: ThreadClaim): Promise<Claimed> {
      const now = new Date().toISOString();
      for (let claim = 0; claim < CLAIMS_MAX; claim += 1) {
        const { rows } = await pool.query<{ owner: string; isNew: boolean }>(
          `with there as (
             select "resourceId" as owner from public.mastra_threads where id = $1
           ), made as (
             insert into public.mastra_threads
               (id, "resourceId", title, metadata, "createdAt", "createdAtZ", "updatedAt", "updatedAtZ")
             select $1, $2, $3, $4::jsonb, $5::timestamp, $5::timestamptz, $5::timestamp, $5::timestamptz
             where not exists (select from there)
             on conflict (id) do nothing returning "resourceId" as owner
           )
           select owner, false as "isNew" from there union all select owner, true from made`,
          [thread, resource, title, metadata ? jsonText(metadata) : null, now],
        );
        const [found] = rows;
        if (found?.isNew) return "new";
        if (found) return found.owner === resource ? "own" : "other";
      }
      throw new Error("The thread comes and goes");
    },
  };
}

const Stored = z.object({ parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })) });

/** The words of a message as it is stored; of one that an earlier Mastra stored otherwise, all of it. */
function textIn(content: string): string {
  const stored = Stored.safeParse(JSON.parse(content));
  return stored.success ? textOf({ content: stored.data }) : content;
}
