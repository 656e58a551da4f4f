import type { Context } from "hono";
import { z } from "zod";
import type { Chat } from "../workflow/index.ts";
import type { TurnRequest } from "../workflow/runner.ts";
import type { AgentEnv } from "./env.ts";
import { EventId, Id, MESSAGE_CHARACTERS, Name, storable } from "./fields.ts";
import { THREAD_OF_ANOTHER } from "./mastra-server.ts";
import { type StreamForm, streamEvents, streamTurn } from "./turn-stream.ts";

export const TurnBody = z.strictObject({
  /** What the user says. */
  message: storable(MESSAGE_CHARACTERS),
  /** Thread to go on with. Default: a new one. */
  thread: Name.optional(),
  /** Owner of the thread, such as a user. Default: `default`. */
  resource: Name.default("default"),
});

/** `POST /turns`: one turn of the agent as an event stream. */
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
    return beginTurn(context, chat, request.data);
  };
}

/** Takes the turn that is asked for, where its thread is free for it, and answers with its events. */
export async function beginTurn(
  context: Context<AgentEnv>,
  chat: Chat,
  request: TurnRequest,
  form?: StreamForm,
): Promise<Response> {
  const { runner } = chat;
  const turn = await runner.admit(context.get("tenant"), request);
  if (!turn) return context.json({ error: THREAD_OF_ANOTHER }, 409);
  return streamTurn(context, chat, (control) => runner.begin(turn, control), form);
}

/** `GET /turns/:id`: what became of a turn, and what can be done about it. */
export function showTurn({ records, approvals }: Chat) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Id.safeParse(context.req.param("id"));
    const tenant = context.get("tenant");
    const turn = id.success ? await records.find(tenant, id.data) : undefined;
    if (!turn) return context.json({ error: "No turn of this id" }, 404);
    const pending = turn.state === "waiting" ? await approvals.ofTurn(tenant, turn.id) : [];
    return context.json({
      ...turn,
      resumable: turn.state === "interrupted",
      approvals: pending.filter(({ state }) => state === "pending").map((approval) => approval.id),
    });
  };
}

export const EventsQuery = z.strictObject({
  /** The id of the last event that the caller has. The header `Last-Event-ID` says the same. Default: 0, none. */
  after: EventId.optional(),
  /** Where given, the turn must be of this thread, and of this resource. */
  thread: Name.optional(),
  resource: Name.optional(),
});

/**
 * `GET /turns/:id/events`: what a client missed of a turn, each event once and in order, and the rest while it runs, on
 * whichever instance. 204 where nothing more comes of it, which keeps browsers from asking again.
 */
export function followTurn({ records, events }: Chat) {
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
    const turn = id.success ? await records.find(context.get("tenant"), id.data) : undefined;
    const isAskedFor =
      turn &&
      (thread === undefined || thread === turn.thread) &&
      (resource === undefined || resource === turn.resource);
    if (!isAskedFor) return context.json({ error: "No turn of this id" }, 404);

    // A browser that comes back by itself sends the header, and the address that it had from the beginning.
    const after = lastEvent.data ?? request.data.after ?? 0;
    switch (await events.ahead(turn.id, after)) {
      case "forgotten":
        return context.json(
          { error: `The events of the turn are not kept any more; fix: GET /turns/${turn.id} tells what became of it` },
          410,
        );
      case "none":
        return context.body(null, 204);
      case "some":
        return streamEvents(events, turn.id, after);
    }
  };
}

/** `POST /turns/:id/resume`: goes on with a turn whose process ended, as an event stream. One caller gets it. */
export function resumeTurn(chat: Chat) {
  const { records, runner } = chat;
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const id = Id.safeParse(context.req.param("id"));
    const tenant = context.get("tenant");
    const turn = id.success ? await records.find(tenant, id.data) : undefined;
    if (!turn) return context.json({ error: "No turn of this id" }, 404);
    const resumption = await records.resume(tenant, turn.id);
    if (!resumption)
      return context.json(
        { error: `The turn is ${turn.state}; allowed: interrupted; fix: GET /turns/${turn.id} tells what it is now` },
        409,
      );
    return streamTurn(context, chat, (control) => runner.resume(tenant, turn.id, resumption, control));
  };
}
