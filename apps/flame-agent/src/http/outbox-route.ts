import type { Context } from "hono";
import { z } from "zod";
import type { Outbox } from "../tools/outbox.ts";
import type { AgentEnv } from "./env.ts";
import { Id, PageLimit } from "./fields.ts";

export const OutboxQuery = z.strictObject({ limit: PageLimit, after: Id.optional() });

/** `GET /outbox`: what approved calls of the tool `send_message` sent, for whatever delivers it. */
export function listOutbox(outbox: Outbox) {
  return async (context: Context<AgentEnv>): Promise<Response> => {
    const request = OutboxQuery.safeParse(context.req.query());
    if (!request.success) return context.json({ error: "The query is refused; allowed: ?limit=1…100&after=<id>" }, 400);
    return context.json({ messages: await outbox.list(context.get("tenant"), request.data) });
  };
}
