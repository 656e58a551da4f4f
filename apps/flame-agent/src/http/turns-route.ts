import { createHash } from "node:crypto";
import type { Context } from "hono";
import { z } from "zod";
import type { Chat } from "../workflow/index.ts";
import type { TurnKey, TurnRecord } from "../workflow/records.ts";
import type { Begun, Resumed, TurnRequest } from "../workflow/runner.ts";
import type { AgentEnv } from "./env.ts";
import { EventId, Id, MESSAGE_CHARACTERS, Name, PageLimit, storable } from "./fields.ts";
import { answeredInTime } from "./late-answer.ts";
import { THREAD_OF_ANOTHER } from "./mastra-server.ts";
import { OwnerQuery, ownerOf, ownerRefused, resourceOf } from "./owner.ts";
import { threadBusy } from "./thread-busy.ts";
import { controlOf, PLAIN, type StreamForm, streamTurn, tellEvents } from "./turn-stream.ts";

export const TurnBody = z.strictObject({
  /** What the user says. */
  message: storable(MESSAGE_CHARACTERS),
  /** Thread to go on with. Default: a new one. */
  thread: Name.optional(),
  /** Owner of the thread, such as a user. Default: the token's user, or else `default`. */
  resource: Name.optional(),
});

/** Names a request to its sender: the same one again is the same turn. Visible ASCII, as a header's value is. */
export const TurnKeyHeader = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/)
  .optional();

/**
 * `POST /turns`: one turn of the agent as an event stream. A request that bears the same `Idempotency-Key` as an earlier
 * one of its resource joins that turn's stream, from the beginning.
 */
export function takeTurn(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = TurnBody.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success) {
      return context.json(
        {
          error: `The body is refused; allowed: {"message": "…", "thread"?: "…", "resource"?: "…"}`,
          problems: z.prettifyError(request.error),
        },
        400,
      );
    }
    return beginTurn(context, chat, { ...request.data, resource: resourceOf(context, request.data.resource) });
  };
}

function turnKey(key: string | undefined, request: TurnRequest): TurnKey | undefined {
  if (key === undefined) return undefined;
  const { message, thread = null, resource } = request;
  const requestDigest = createHash("sha256")
    .update(JSON.stringify([message, thread, resource]))
    .digest("base64url");
  return { key, requestDigest };
}

export const ListTurnsQuery = z.strictObject({
  thread: Name,
  /** Owner of the thread. Default: the token's user, or else `default`. */
  resource: Name.optional(),
  limit: PageLimit,
  /** The id of the last one that the caller has. */
  after: Id.optional(),
});

/** `GET /turns?thread=…`: the turns of a thread, the latest first, so that a client finds one whose `start` it lost. */
export function listTurns(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = ListTurnsQuery.safeParse(context.req.query());
    if (!request.success)
      return context.json(
        {
          error: "The query is refused; allowed: ?thread=…&resource=…&limit=1…100&after=<id>",
          problems: z.prettifyError(request.error),
        },
        400,
      );
    const tenant = context.get("tenant");
    const resource = resourceOf(context, request.data.resource);
    const found = await chat.records.list(tenant, { ...request.data, resource });
    return context.json({ turns: await Promise.all(found.map((turn) => withApprovals(chat, tenant, turn))) });
  };
}

/**
 * Takes the turn that is asked for as soon as its thread is free for it, or finds the one of its `Idempotency-Key`, and
 * tells its events.
 */
export async function beginTurn(
  context: Context<AgentEnv>,
  chat: Chat,
  request: TurnRequest,
  form: StreamForm = PLAIN,
): Promise<Response> {
  const { runner } = chat;
  const given = TurnKeyHeader.safeParse(context.req.header("idempotency-key"));
  if (!given.success)
    return context.json(
      { error: "The header Idempotency-Key is refused; allowed: 1 to 255 visible ASCII characters" },
      400,
    );
  const key = turnKey(given.data, request);
  const begin = async () =>
    begunAnswer(context, chat, await runner.begin(context.get("tenant"), request, controlOf(context), key), form);
  return answeredInTime(context, chat.log, form, begin());
}

async function begunAnswer(context: Context<AgentEnv>, chat: Chat, begun: Begun, form: StreamForm): Promise<Response> {
  switch (begun.kind) {
    case "busy":
      return threadBusy(context);
    case "thread of another":
      return context.json({ error: THREAD_OF_ANOTHER }, 409);
    case "key of another request":
      return context.json(
        {
          error: "The Idempotency-Key stands for another request; allowed: the same body again, or a new key",
          turn: begun.turn,
        },
        422,
      );
    case "began":
      return streamTurn(context, chat, begun.turn, form);
    case "joined":
      return tellEvents(context, chat, begun.turn.id, begun.turn.after, form);
  }
}

/** `GET /turns/:id`: what became of a turn, and what can be done about it. */
export function showTurn(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const query = OwnerQuery.safeParse(context.req.query());
    if (!query.success) return ownerRefused(context);
    const owner = ownerOf(context, query.data.resource);
    const id = Id.safeParse(context.req.param("id"));
    const turn = id.success ? await chat.records.find(owner, id.data) : undefined;
    if (!turn) return context.json({ error: "No turn of this id" }, 404);
    return context.json(await withApprovals(chat, owner.tenant, turn));
  };
}

/** A turn with the ids of the approvals that it waits for. */
async function withApprovals({ approvals }: Chat, tenant: string, turn: TurnRecord) {
  const asked = turn.state === "waiting" ? await approvals.ofTurn(tenant, turn.id) : [];
  return { ...turn, approvals: asked.filter(({ state }) => state === "pending").map(({ id }) => id) };
}

export const EventsQuery = z.strictObject({
  /** The id of the last event that the caller has. The header `Last-Event-ID` says the same. Default: 0, none. */
  after: EventId.optional(),
  /** Where given, the turn must be of this thread. */
  thread: Name.optional(),
  ...OwnerQuery.shape,
});

/**
 * `GET /turns/:id/events`: what a client missed of a turn, each event once and in order, and the rest while it runs, on
 * whichever instance. 204 where nothing more comes of it, which keeps browsers from asking again.
 */
export function followTurn(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = EventsQuery.safeParse(context.req.query());
    const lastEvent = EventId.optional().safeParse(context.req.header("last-event-id"));
    if (!request.success || !lastEvent.success)
      return context.json(
        {
          error: "The request is refused; allowed: ?after=<id>&thread=…&resource=…, or the header Last-Event-ID: <id>",
          ...(request.error && { problems: z.prettifyError(request.error) }),
        },
        400,
      );
    const { thread, resource } = request.data;
    const id = Id.safeParse(context.req.param("id"));
    // A browser that comes back by itself sends the header, and the address that it had from the beginning.
    const after = lastEvent.data ?? request.data.after ?? 0;
    const tell = async () => {
      const turn = id.success ? await chat.records.find(ownerOf(context, resource), id.data) : undefined;
      if (!turn || (thread !== undefined && thread !== turn.thread))
        return context.json({ error: "No turn of this id" }, 404);
      return tellEvents(context, chat, turn.id, after);
    };
    return answeredInTime(context, chat.log, PLAIN, tell());
  };
}

/** `POST /turns/:id/resume`: goes on with a turn whose process ended, as an event stream. One caller gets it. */
export function resumeTurn(chat: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const query = OwnerQuery.safeParse(context.req.query());
    if (!query.success) return ownerRefused(context);
    const owner = ownerOf(context, query.data.resource);
    const id = Id.safeParse(context.req.param("id"));
    const turn = id.success ? await chat.records.find(owner, id.data) : undefined;
    if (!turn) return context.json({ error: "No turn of this id" }, 404);
    return goOn(context, chat, owner.tenant, turn);
  };
}

/** Goes on with a turn that may be resumed, and tells its events. */
export async function goOn(
  context: Context<AgentEnv>,
  chat: Chat,
  tenant: string,
  turn: TurnRecord,
  form: StreamForm = PLAIN,
): Promise<Response> {
  const answer = (resumed: Resumed): Response => {
    if (!resumed)
      return context.json(
        {
          error: `The turn is ${turn.state}; allowed: one that is resumable; fix: GET /turns/${turn.id} tells what it is now`,
        },
        409,
      );
    return resumed.kind === "busy" ? threadBusy(context) : streamTurn(context, chat, resumed.turn, form);
  };
  const resumed = chat.runner.resume(tenant, turn, controlOf(context)).then(answer);
  return answeredInTime(context, chat.log, form, resumed);
}
