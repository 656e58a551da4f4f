import { AsyncLocalStorage } from "node:async_hooks";
import type { AgentMessageInput, SendAgentMessageOptions } from "@mastra/core/agent";
import type { Context, MiddlewareHandler } from "hono";
import { z } from "zod";
import { type createThreads, LeaseLost } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import type { ThreadLeases } from "../turns/thread-leases.ts";
import type { ThreadName, ThreadRuns } from "../turns/thread-runs.ts";
import { STOPPED, type Turn } from "../turns/turns.ts";
import type { TurnRecords } from "../workflow/records.ts";
import type { AgentEnv } from "./env.ts";
import { mastraRouteOf } from "./mastra-routes.ts";
import { SentMessage } from "./messages.ts";
import { threadBusy } from "./thread-busy.ts";

/** What a client is told that says something into a thread whose turn waits. */
const WAITS =
  "A turn of the thread waits for a decision about its tool call; fix: POST /approvals/<id>/approve or reject (GET /turns/<id> has the id), or begin another turn (POST /turns)";

/** What a client is told where the turn was decided about through another instance, or expired. */
const STANDS =
  "A turn that waited in the thread ended without this instance, which would put the message aside for it until it is restarted; fix: say it in a turn of its own (POST /turns, /chat or /api/agents/flame/stream)";

/** A thread, and what becomes of a message that no run takes at once. */
type SendTarget = ThreadName & Pick<SendAgentMessageOptions, "ifActive" | "ifIdle">;

/** What threads are held by, and messages said with. */
interface HoldingParts {
  readonly leases: Pick<ThreadLeases, "take">;
  readonly agent: {
    sendMessage(message: AgentMessageInput, target: SendTarget): { readonly accepted: Promise<unknown> };
    cancelQueuedMessages(target: ThreadName & { readonly signalIds: string[] }): unknown;
  };
  readonly runs: Pick<ThreadRuns, "isActive" | "isSuspended">;
  readonly records: Pick<TurnRecords, "endIn" | "waitsIn">;
  readonly threads: Pick<ReturnType<typeof createThreads>, "has">;
  readonly log: Logger;
}

/**
 * Gives a turn of Mastra's routes its thread for itself, on all instances, until the turn ends; and what changes or
 * removes a thread until that is done, so that no turn goes on in a thread that isn't there. A message that is sent into
 * a thread whose turn runs in this process goes to that turn.
 */
export function holdThread(parts: HoldingParts): MiddlewareHandler<AgentEnv> {
  const { leases, runs, records } = parts;
  return async (context, next) => {
    const route = mastraRouteOf(context.req.method, context.req.path);
    const { resource: resourceId, thread: threadId } = context.get("owned") ?? {};
    // A proxy hears nothing of it meanwhile: it is told to come back before a heartbeat would be missed.
    const longestSeconds = context.get("heartbeatSeconds");
    if (route?.changes && threadId !== undefined) {
      const lease = await leases.take(threadId, context.req.raw.signal, { longestSeconds });
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
    if (route.joins && runs.isActive({ resourceId, threadId })) {
      await next();
      if (context.res.ok) await makeSureOf(context, parts, turn, { resourceId, threadId });
      return;
    }

    const lease = await leases.take(threadId, turn.signal, { longestSeconds });
    if (!lease) return threadBusy(context);
    void turn.ended.then(() => lease.release());
    lease.stoppedBy((wish) => {
      if (wish === "whoever follows") turn.abort(STOPPED);
    });
    const isSent = route.turn === "until its thread is idle";
    if (isSent && (await records.waitsIn(threadId))) return context.json({ error: WAITS }, 409);
    if (isSent && runs.isSuspended({ resourceId, threadId })) return context.json({ error: STANDS }, 409);
    await (isSent ? lease.duringAll(next) : lease.during(next));
    if (lease.isLost && !isStream(context.res)) context.res = context.json({ error: new LeaseLost().message }, 409);
  };
}

/** A message is stored in its thread, and begins no run. */
const KEPT_ALONE = { ifActive: { behavior: "persist" }, ifIdle: { behavior: "persist" } } as const;

const Sent = z.object({ message: SentMessage });
const Answer = z.object({ signal: z.object({ id: z.string() }) });

/**
 * Has a message be said anew, once, that Mastra gave to a turn and that isn't in the thread when that is idle. Mastra
 * holds it in memory until the turn takes it, and forgets it where another instance's turn comes between.
 */
async function makeSureOf(
  context: Context<AgentEnv>,
  { leases, agent, runs, threads, log }: HoldingParts,
  turn: Turn,
  name: ThreadName,
): Promise<void> {
  const { message } = Sent.parse(await context.req.json());
  const { signal } = Answer.parse(await context.res.clone().json());
  const inContext = AsyncLocalStorage.snapshot();
  let isSaidAgain = false;
  const sayAgain = async () => {
    if (isSaidAgain || (await threads.has(name.threadId, signal.id))) return false;
    const lease = await leases.take(name.threadId, turn.signal);
    if (!lease) throw new Error("The thread isn't free for a message that was lost");
    void turn.ended.then(() => lease.release());
    isSaidAgain = true;
    if (runs.isSuspended(name)) {
      // The turn that was to take it was suspended, and may be gone on with through another instance: whoever goes on in
      // the thread finds it there.
      agent.cancelQueuedMessages({ ...name, signalIds: [signal.id] });
      await lease.during(() => agent.sendMessage(message, { ...name, ...KEPT_ALONE }).accepted);
      return false;
    }
    await lease.duringAll(() => agent.sendMessage(message, name).accepted);
    return true;
  };
  context.set("sayAgain", () =>
    inContext(sayAgain).catch((error: unknown) => {
      log.error({ error: describeError(error) }, "a message that was sent may be lost");
      return false;
    }),
  );
}

/** A stream tells it itself, as its run's failure. */
function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}
