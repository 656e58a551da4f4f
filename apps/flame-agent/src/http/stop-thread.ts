import type { MiddlewareHandler } from "hono";
import type { ThreadStops } from "../turns/thread-stops.ts";
import type { AgentEnv } from "./env.ts";

/** The route of Mastra's by which a client stops what runs in a thread. */
export const STOP_PATH = "/api/agents/:agentId/threads/abort";

/** Has a turn that a client stops end as one that was stopped, on whichever instance it runs: Mastra knows its own process. */
export function stopThread(stops: Pick<ThreadStops, "ask">): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const thread = context.get("owned")?.thread;
    const isAsked = thread !== undefined && (await stops.ask(thread, "whoever follows"));
    await next();
    if (isAsked && context.res.ok) context.res = context.json({ aborted: true });
  };
}
