import type { Context } from "hono";
import { z } from "zod";
import type { Logger } from "../log.ts";
import type { Chat } from "../workflow/index.ts";
import type { AgentEnv } from "./env.ts";
import { Id, Name, storable } from "./fields.ts";
import { streamTurn } from "./turn-stream.ts";

/** Longest message, in characters: beyond the context of every model in use. */
const MESSAGE_CHARACTERS = 1_000_000;

const TurnRequest = z.strictObject({
  /** What the user says. */
  message: storable(MESSAGE_CHARACTERS),
  /** Thread to go on with. Default: a new one. */
  thread: Name.optional(),
  /** Owner of the thread, such as a user. Default: `default`. */
  resource: Name.default("default"),
});

/** `POST /turns`: one turn of the agent as an event stream. */
export function takeTurn({ runner }: Chat, log: Logger) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = TurnRequest.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success) {
      return context.json(
        {
          error: `The body is refused; allowed: {"message": "…", "thread"?: "…", "resource"?: "…"}`,
          problems: z.prettifyError(request.error),
        },
        400,
      );
    }
    const turn = await runner.admit(context.get("tenant"), request.data);
    if (!turn)
      return context.json(
        { error: "The thread belongs to another resource; allowed: its own; fix: name that resource or a new thread" },
        409,
      );
    return streamTurn(context, log, (listener) => runner.begin(turn, listener));
  };
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

/** `POST /turns/:id/resume`: goes on with a turn whose process ended, as an event stream. One caller gets it. */
export function resumeTurn({ records, runner }: Chat, log: Logger) {
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
    return streamTurn(context, log, (listener) => runner.resume(tenant, turn.id, resumption, listener));
  };
}
