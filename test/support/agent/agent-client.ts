import { z } from "zod";
import { openTurn, type RunningTurn } from "./turn-stream.ts";

const Timestamp = z.iso.datetime();

/** What `GET /turns/:id` answers. */
export const TurnState = z.strictObject({
  id: z.uuid(),
  thread: z.string(),
  resource: z.string(),
  state: z.enum(["running", "waiting", "completed", "failed", "cancelled", "interrupted"]),
  failure: z.string().nullable(),
  attempt: z.number().int().positive(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  resumable: z.boolean(),
  approvals: z.array(z.uuid()),
});
export type TurnState = z.output<typeof TurnState>;

/** An element of `GET /approvals`. */
export const ApprovalState = z.strictObject({
  id: z.uuid(),
  turn: z.uuid(),
  tool: z.string(),
  input: z.unknown(),
  state: z.enum(["pending", "approved", "rejected", "expired"]),
  reason: z.string().nullable(),
  createdAt: Timestamp,
  expiresAt: Timestamp,
  decidedAt: Timestamp.nullable(),
});
export type ApprovalState = z.output<typeof ApprovalState>;

/** An element of `GET /outbox`. */
const SentMessage = z.strictObject({
  id: z.uuid(),
  recipient: z.string(),
  body: z.string(),
  createdAt: Timestamp,
});

const DocumentState = z.object({ id: z.string(), passages: z.number().int(), searchable: z.boolean() });

/** A message of a thread as Mastra's own route tells it. */
const ThreadMessage = z.object({
  id: z.string(),
  role: z.string(),
  content: z.object({
    parts: z.array(z.object({ type: z.string(), text: z.string().optional() })).default([]),
  }),
});
export type ThreadMessage = z.output<typeof ThreadMessage>;

/** The most that a page of a list has. */
const PAGE = 100;
/** The most messages of a thread at once; no test says as many. */
const THREAD_PAGE = 999;

export interface NewDocument {
  readonly id: string;
  readonly title?: string;
  readonly mediaType?: string;
  readonly content: string;
}

export type AgentClient = ReturnType<typeof agentClient>;

/** An agent as its users' programs see it; every answer's form is checked. */
export function agentClient(url: string, token?: string) {
  const headers: Readonly<Record<string, string>> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { "content-type": "application/json", ...headers } });
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> => {
    const response = await ask(path);
    const body: unknown = await response.json();
    const parsed = schema.safeParse(body);
    if (response.ok && parsed.success) return parsed.data;
    throw new Error(`GET ${path} answered ${response.status}: ${JSON.stringify(body)} ${parsed.error?.message ?? ""}`);
  };
  const all = async <Item extends { readonly id: string }>(path: string, name: string, item: z.ZodType<Item>) => {
    const found: Item[] = [];
    for (;;) {
      const last = found.at(-1);
      const after = last ? `&after=${encodeURIComponent(last.id)}` : "";
      const page = await get(`${path}?limit=${PAGE}${after}`, z.object({ [name]: z.array(item) }));
      const items = page[name] ?? [];
      found.push(...items);
      if (items.length < PAGE) return found;
    }
  };

  return {
    url,
    ask,
    say: (message: string, thread?: string, resource?: string): RunningTurn =>
      openTurn(`${url}/turns`, { message, thread, resource }, headers),
    approve: (approval: string): RunningTurn => openTurn(`${url}/approvals/${approval}/approve`, undefined, headers),
    reject: (approval: string, reason?: string): RunningTurn =>
      openTurn(`${url}/approvals/${approval}/reject`, reason === undefined ? undefined : { reason }, headers),
    resume: (turn: string): RunningTurn => openTurn(`${url}/turns/${turn}/resume`, undefined, headers),
    /** Whether it may be sent turns; false where it doesn't answer. */
    ready: () =>
      ask("/ready", { signal: AbortSignal.timeout(2_000) }).then(
        (response) => response.body?.cancel().then(() => response.ok) ?? response.ok,
        () => false,
      ),
    turn: (id: string) => get(`/turns/${id}`, TurnState),
    approvals: () => all("/approvals", "approvals", ApprovalState),
    outbox: () => all("/outbox", "messages", SentMessage),
    documents: () => all("/documents", "documents", DocumentState),
    learn: (document: NewDocument) => ask("/documents", { method: "POST", body: JSON.stringify(document) }),
    forget: (id: string) => ask(`/documents/${encodeURIComponent(id)}`, { method: "DELETE" }),
    /** What memory holds of a thread, the oldest first; none where nothing was said in it. */
    async messages(thread: string, resource = "default"): Promise<readonly ThreadMessage[]> {
      const query = `agentId=flame&resourceId=${encodeURIComponent(resource)}&perPage=${THREAD_PAGE}`;
      const response = await ask(`/api/memory/threads/${encodeURIComponent(thread)}/messages?${query}`);
      const body: unknown = await response.json();
      if (response.status === 404) return [];
      if (!response.ok)
        throw new Error(`The messages of ${thread} are refused: ${response.status} ${JSON.stringify(body)}`);
      return z.object({ messages: z.array(ThreadMessage) }).parse(body).messages;
    },
  };
}

/** A message's words. */
export function wordsOf({ content }: ThreadMessage): string {
  return content.parts.map(({ text = "" }) => text).join("");
}
