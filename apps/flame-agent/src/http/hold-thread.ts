import type { MiddlewareHandler } from "hono";
import type { ThreadLeases } from "../turns/thread-leases.ts";
import type { AgentEnv } from "./env.ts";
import { mastraRouteOf } from "./mastra-routes.ts";
import { threadBusy } from "./thread-busy.ts";

/** A thread as it is called in the store. */
interface ThreadName {
  readonly resourceId: string;
  readonly threadId: string;
}

/**
 * Gives a turn of Mastra's routes its thread for itself, on all instances, until the turn ends. A message into a thread
 * whose turn runs in this process goes to that turn.
 */
export function holdThread(
  leases: ThreadLeases,
  isActive: (thread: ThreadName) => boolean,
): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const route = mastraRouteOf(context.req.method, context.req.path);
    const { resource: resourceId, thread: threadId } = context.get("owned") ?? {};
    const turn = context.get("counted");
    if (!route?.turn || !turn || threadId === undefined || resourceId === undefined) return next();
    if (route.turn === "until its thread is idle" && isActive({ resourceId, threadId })) return next();

    const lease = await leases.take(threadId, turn.signal);
    if (!lease) return threadBusy(context);
    void turn.ended.then(() => lease.release());
    await lease.during(next);
    return;
  };
}
