import type { MastraDBMessage } from "@mastra/core/agent";
import type { StorageThreadType } from "@mastra/core/memory";
import { MemoryPG } from "@mastra/pg";
import type { Pool } from "pg";
import { noteCaught } from "../request-scope.ts";
import { type Caller, currentCaller } from "./caller.ts";
import { heldLease, heldPart, keepLease, refusalOf } from "./held-lease.ts";
import { messageId, messageKey } from "./message-key.ts";
import { inTransaction, jsonText, type Queryable } from "./sql.ts";
import { ThreadRefused } from "./threads.ts";

type Arguments<Method extends keyof MemoryPG> = MemoryPG[Method] extends (...given: infer Given) => unknown
  ? Given
  : never;
type Message = MastraDBMessage & { readonly threadId: string; readonly resourceId: string };

/**
 * Mastra's memory in which ids reach nobody else's rows, whichever route they came by. Mastra writes messages and
 * threads by their ids alone, so that an id which others use too takes their row away. Here a message's id is a name
 * within its thread, a thread keeps its resource, messages go into threads of their resource alone, and what is told
 * by an id alone is the {@link Caller}'s or isn't found. Each write makes sure of it in the statement that writes.
 */
export class ThreadBoundMemory extends MemoryPG {
  readonly #pool: Pool;

  constructor(pool: Pool, client: ConstructorParameters<typeof MemoryPG>[0]) {
    super(client);
    this.#pool = pool;
  }

  /**
   * Makes a thread, or changes the one that was read before. Making one that the resource has already changes nothing.
   *
   * @throws ThreadRefused where it is another resource's, LeaseLost where the turn that writes lost its thread.
   */
  override async saveThread({ thread }: { thread: StorageThreadType }): Promise<StorageThreadType> {
    const { id, resourceId, title = "", metadata, createdAt, updatedAt } = thread;
    const values = [id, resourceId, title, metadata ? jsonText(metadata) : null, iso(createdAt), iso(updatedAt)];
    const lease = heldLease();
    const { rowCount } = await this.#pool.query(
      `with ${heldPart("$7", "$8")}
       insert into public.mastra_threads as thread
         (id, "resourceId", title, metadata, "createdAt", "createdAtZ", "updatedAt", "updatedAtZ")
       select $1, $2, $3, $4::jsonb, $5::timestamp, $5::timestamptz, $6::timestamp, $6::timestamptz
       where ($7::text is null or exists (select from held))
       on conflict (id) do update set title = excluded.title, metadata = excluded.metadata,
         "updatedAt" = excluded."updatedAt", "updatedAtZ" = excluded."updatedAtZ"
       where thread."resourceId" = excluded."resourceId" and thread."createdAtZ" = excluded."createdAtZ"`,
      [...values, lease?.thread ?? null, lease?.holder ?? null],
    );
    if (rowCount === 1) return thread;
    await keepLease(this.#pool);
    const own = await this.getThreadById({ threadId: id, resourceId });
    if (!own) throw new ThreadRefused();
    return own;
  }

  /** @throws ThreadRefused where it isn't the caller's, LeaseLost where the turn that writes lost its thread. */
  override async updateThread(change: Arguments<"updateThread">[0]): Promise<StorageThreadType> {
    const { resource } = requireCaller();
    const lease = heldLease();
    const { rows } = await this.#pool.query<{ id: string }>(
      `with ${heldPart("$5", "$6")}
       update public.mastra_threads set title = coalesce($3, title),
         metadata = coalesce(metadata, '{}'::jsonb) || coalesce($4::jsonb, '{}'::jsonb),
         "updatedAt" = now() at time zone 'UTC', "updatedAtZ" = now()
       where id = $1 and "resourceId" = $2 and ($5::text is null or exists (select from held)) returning id`,
      [
        change.id,
        resource,
        change.title ?? null,
        change.metadata ? jsonText(change.metadata) : null,
        lease?.thread ?? null,
        lease?.holder ?? null,
      ],
    );
    const changed = rows.length === 1 && (await this.getThreadById({ threadId: change.id, resourceId: resource }));
    if (!changed) throw await refusalOf(this.#pool, new ThreadRefused());
    return changed;
  }

  /**
   * Removes the thread, its messages and the summary that stands for them.
   *
   * @throws ThreadRefused where it isn't the caller's.
   */
  override async deleteThread({ threadId }: { threadId: string }): Promise<void> {
    const { resource } = requireCaller();
    await inTransaction(this.#pool, async (connection) => {
      // The thread first: from then on no message gets into it.
      const { rowCount } = await connection.query(
        `delete from public.mastra_threads where id = $1 and "resourceId" = $2`,
        [threadId, resource],
      );
      if (rowCount === 0) throw new ThreadRefused();
      await connection.query("delete from public.mastra_messages where thread_id = $1", [threadId]);
      await connection.query("delete from flame.summaries where thread = $1", [threadId]);
    });
  }

  /** Refused for every thread: one that changed hands would take its messages along. */
  override async updateThreadResourceId(): Promise<never> {
    throw new ThreadRefused();
  }

  /** @throws ThreadRefused where the source isn't the caller's. */
  override async copyThread(copy: Arguments<"copyThread">[0]): ReturnType<MemoryPG["copyThread"]> {
    const { resource } = requireCaller();
    const source = await this.getThreadById({ threadId: copy.sourceThreadId, resourceId: resource });
    if (!source || (copy.resourceId !== undefined && copy.resourceId !== resource)) throw new ThreadRefused();
    return super.copyThread({ ...copy, resourceId: resource });
  }

  /**
   * Writes messages; those that their threads have already are replaced. All or none. A new one is younger than all that
   * its thread has, whatever the clock says: clocks step back, and those of several instances differ.
   *
   * @throws ThreadRefused where a thread isn't its message's resource's, LeaseLost where the turn that writes lost its
   * thread.
   */
  override async saveMessages({ messages }: { messages: MastraDBMessage[] }): Promise<{ messages: MastraDBMessage[] }> {
    const rows = [...new Map(inOrder(messages.map(placed)).map((one) => [messageKey(one.threadId, one.id), one]))];
    if (rows.length === 0) return { messages: [] };
    const lease = heldLease();
    // Where a row of an earlier agent has the bare id in the same thread, it is the message.
    const writing = this.#pool.query(
      `with given as (
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
           with ordinality as given (key, id, thread, resource, content, role, type, at, place)
       ), ${heldPart("$10", "$11")}, owned as (
         update public.mastra_threads set "updatedAt" = $9::timestamp, "updatedAtZ" = $9::timestamptz
         where (id, "resourceId") in (select thread, resource from given) returning id
       )
       insert into public.mastra_messages as message
         (id, thread_id, content, "createdAt", "createdAtZ", role, type, "resourceId")
       select coalesce(
           (select earlier.id from public.mastra_messages as earlier
            where earlier.id = given.id and earlier.thread_id = given.thread), given.key),
         thread, content, following.at at time zone 'UTC', following.at, role, type, resource
       from given, lateral (
         select greatest(given.at::timestamptz, max("createdAtZ") + place * interval '1 millisecond') as at
         from public.mastra_messages as there
         where there.thread_id = given.thread and there.id <> all ($1::text[]) and there.id <> all ($2::text[])
       ) as following
       where ($10::text is null or exists (select from held))
         and (select count(*) from owned) = (select count(distinct (thread, resource)) from given)
       on conflict (id) do update set content = excluded.content, role = excluded.role, type = excluded.type
       where message.thread_id = excluded.thread_id`,
      [
        rows.map(([key]) => key),
        rows.map(([, { id }]) => id),
        rows.map(([, { threadId }]) => threadId),
        rows.map(([, { resourceId }]) => resourceId),
        rows.map(([, { content }]) => (typeof content === "string" ? content : JSON.stringify(content))),
        rows.map(([, { role }]) => role),
        rows.map(([, { type }]) => type || "v2"),
        rows.map(([, { createdAt }]) => iso(createdAt)),
        new Date().toISOString(),
        lease?.thread ?? null,
        lease?.holder ?? null,
      ],
    );
    const written = await writing.catch(noteCaught);
    if (written.rowCount !== rows.length) throw await refusalOf(this.#pool, new ThreadRefused());
    return { messages: [...messages] };
  }

  /**
   * Changes messages of the caller's thread; others are left out. A message stays in its thread, and in its place there.
   *
   * @throws LeaseLost where the turn that writes lost its thread.
   */
  override async updateMessages({ messages }: Arguments<"updateMessages">[0]): Promise<MastraDBMessage[]> {
    const caller = requireCaller();
    const ids = messages.map(({ id }) => id);
    await inTransaction(this.#pool, async (connection) => {
      await keepLease(connection);
      const rows = await rowsOf(connection, caller, ids);
      for (const { id, content, role, type } of messages) {
        const row = rows.get(id);
        if (row === undefined) continue;
        const there = await connection.query<{ content: string }>(
          "select content from public.mastra_messages where id = $1 for update",
          [row],
        );
        await connection.query(
          "update public.mastra_messages set content = $2, role = coalesce($3, role), type = coalesce($4, type) where id = $1",
          [row, merged(there.rows[0]?.content ?? "{}", content), role ?? null, type ?? null],
        );
      }
    });
    return (await this.listMessagesById({ messageIds: ids })).messages;
  }

  /**
   * Removes messages of the caller's thread; others are left alone.
   *
   * @throws LeaseLost where the turn that writes lost its thread.
   */
  override async deleteMessages(ids: string[]): Promise<void> {
    const caller = requireCaller();
    await inTransaction(this.#pool, async (connection) => {
      await keepLease(connection);
      const rows = await rowsOf(connection, caller, ids);
      await connection.query("delete from public.mastra_messages where id = any($1) and thread_id = $2", [
        [...rows.values()],
        caller.thread,
      ]);
    });
  }

  /** The messages of these ids in the caller's thread. */
  override async listMessagesById({ messageIds }: { messageIds: string[] }): Promise<{ messages: MastraDBMessage[] }> {
    const caller = currentCaller();
    if (!caller) return { messages: [] };
    const rows = await rowsOf(this.#pool, caller, messageIds);
    const { messages } = await super.listMessagesById({ messageIds: [...rows.values()] });
    return { messages: named(messages) };
  }

  /** Messages of threads, with those around the included ones: of the threads that are asked for and no others. */
  override async listMessages(query: Arguments<"listMessages">[0]): ReturnType<MemoryPG["listMessages"]> {
    const threads = [query.threadId].flat();
    const resourceId = query.resourceId ?? currentCaller()?.resource;
    const include = query.include?.flatMap((one) =>
      // Under both names: a row of an earlier agent has the bare one.
      threads.flatMap((thread) => [messageKey(thread, one.id), one.id].map((id) => ({ ...one, id }))),
    );
    const found = await super.listMessages({
      ...query,
      ...(resourceId !== undefined && { resourceId }),
      ...(include && { include }),
    });
    const own = found.messages.filter(({ threadId }) => threadId !== undefined && threads.includes(threadId));
    return { ...found, messages: named(own) };
  }

  override async listMessagesByResourceId(
    query: Arguments<"listMessagesByResourceId">[0],
  ): ReturnType<MemoryPG["listMessagesByResourceId"]> {
    const found = await super.listMessagesByResourceId(query);
    return { ...found, messages: named(found.messages) };
  }
}

/** The rows' keys of those of the ids that are messages of the caller's thread. */
async function rowsOf(
  connection: Queryable,
  { thread, resource }: Caller,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (thread === undefined || ids.length === 0) return new Map();
  const { rows } = await connection.query<{ id: string }>(
    `select id from public.mastra_messages where id = any($1) and thread_id = $2 and "resourceId" = $3`,
    [[...ids, ...ids.map((id) => messageKey(thread, id))], thread, resource],
  );
  return new Map(rows.map(({ id }) => [messageId(thread, id), id]));
}

/** A message's content as it is stored, with what changes of it. */
function merged(stored: string, change: Arguments<"updateMessages">[0]["messages"][number]["content"]): string {
  if (change === undefined) return stored;
  const before: unknown = JSON.parse(stored);
  const content = isRecord(before) ? before : {};
  const metadata =
    isRecord(content.metadata) && change.metadata ? { metadata: { ...content.metadata, ...change.metadata } } : {};
  return JSON.stringify({ ...content, ...change, ...metadata });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The messages under the ids that they have in their threads. */
function named(messages: readonly MastraDBMessage[]): MastraDBMessage[] {
  return messages.map((message) => ({ ...message, id: messageId(message.threadId, message.id) }));
}

/** The messages in the order of their times, no two of which are the same: of two at once the first one given is older. */
function inOrder(messages: readonly Message[]): readonly Message[] {
  let latest = Number.NEGATIVE_INFINITY;
  return messages
    .toSorted((one, other) => new Date(one.createdAt).getTime() - new Date(other.createdAt).getTime())
    .map((message) => {
      latest = Math.max(latest + 1, new Date(message.createdAt).getTime());
      return { ...message, createdAt: new Date(latest) };
    });
}

function placed(message: MastraDBMessage): Message {
  const { threadId, resourceId } = message;
  if (!threadId || !resourceId) throw new Error("A message belongs to no thread or no resource");
  return { ...message, threadId, resourceId };
}

/** @throws where no request and no turn is worked for: what is told by an id alone is nobody's then. */
function requireCaller(): Caller {
  const caller = currentCaller();
  if (!caller) throw new Error("Memory is changed by an id alone, and for nobody; fix: call it within asCaller");
  return caller;
}

function iso(date: Date | string): string {
  return new Date(date).toISOString();
}
