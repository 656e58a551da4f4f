import type { MiddlewareHandler } from "hono";
import { LeaseLost } from "../database/index.ts";
import type { ThreadLeases } from "../turns/thread-leases.ts";
import type { TurnRecords } from "../workflow/records.ts";
import type { AgentEnv } from "./env.ts";
import { mastraRouteOf } from "./mastra-routes.ts";
import { threadBusy } from "./thread-busy.ts";

/** A thread as it is called in the store. */
interface ThreadName {
  readonly resourceId: string;
  readonly threadId: string;
}

/**
 * Gives a turn of Mastra's routes its thread for itself, on all instances, until the turn ends; and what changes or
 * removes a thread until that is done, so that no turn goes on in a thread that isn't there. A message that is sent into
 * a thread whose turn runs in this process goes to that turn.
 */
export function holdThread(
  leases: ThreadLeases,
  isActive: (thread: ThreadName) => boolean,
  records: Pick<TurnRecords, "endIn">,
): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const route = mastraRouteOf(context.req.method, context.req.path);
    const { resource: resourceId, thread: threadId } = context.get("owned") ?? {};
    if (route?.changes && threadId !== undefined) {
      const lease = await leases.take(threadId, context.req.raw.signal, context.get("heartbeatSeconds"));
      if (!lease) return threadBusy(context);
      try {
        await lease.during(next);
        if (route.changes === "the thread into none" && context.res.ok) await records.endIn(threadId);
      } finally {
        await lease.release();
      }
      return;
    }
    const turn = context.get("counted");
    if (!route?.turn || !turn || threadId === undefined || resourceId === undefined) return next();
    if (route.joins && isActive({ resourceId, threadId })) return next();

    // A proxy hears nothing of it meanwhile: it is told to come back before a heartbeat would be missed.
    const lease = await leases.take(threadId, turn.signal, context.get("heartbeatSeconds"));
    if (!lease) return threadBusy(context);
    void turn.ended.then(() => lease.release());
    await (route.turn === "until its thread is idle" ? lease.duringAll(next) : lease.during(next));
    if (lease.isLost && !isStream(context.res)) context.res = context.json({ error: new LeaseLost().message }, 409);
  };
}

/** A stream tells it itself, as its run's failure. */
function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}
