import { setTimeout as delay } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "../http/env.ts";
import { mastraRouteOf } from "../http/mastra-routes.ts";
import type { Metrics } from "../metrics.ts";
import { withHeartbeats } from "./heartbeat.ts";
import type { Turn, Turns } from "./turns.ts";

/** Our own routes that make the agent take a turn or go on with one; Mastra's are told by their table. */
const TURN_PATH = /^\/chat$|^\/turns(\/[^/]+\/resume)?$|^\/approvals\/[^/]+\/(approve|reject)$/;

/** Seconds between comment lines in an event stream, so that no proxy takes silence for death. */
const HEARTBEAT_SECONDS = 15;
/** Seconds that an aborted turn has to end its stream before its connection is cut. */
const ABORT_GRACE_SECONDS = 2;
/** What a refused client should wait, in seconds: the next instance is there already. */
const RETRY_AFTER_SECONDS = 1;
/** How often a turn without a response of its own is looked at, in milliseconds, and how often it must be gone. */
const LOOK_MILLISECONDS = 100;
const IDLE_LOOKS = 2;

/** The turns that Mastra runs on its threads, whether or not a response waits for them. */
export interface ThreadTurns {
  isActive(thread: ThreadName): boolean;
  abort(thread: ThreadName): void;
}

/** A thread as it is called in the store. */
interface ThreadName {
  readonly resourceId: string;
  readonly threadId: string;
}

/** Until when a request keeps a turn running; `undefined`: it takes none. */
export function turnOf(
  method: string,
  path: string,
): "until its response ends" | "until its thread is idle" | undefined {
  if (method !== "POST") return undefined;
  return TURN_PATH.test(path) ? "until its response ends" : mastraRouteOf(method, path)?.turn;
}

/**
 * Counts a request as a running turn until its response has ended or its client has left (which cancels the turn, unless
 * it goes on for those who come back), or, where the response doesn't wait for it, until its thread is idle; refuses it
 * while the process drains.
 */
export function trackTurns(turns: Turns, metrics: Metrics, threads: ThreadTurns): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const until = turnOf(context.req.method, context.req.path);
    if (!until) return next();
    if (turns.draining) {
      metrics.countRefusedTurn();
      context.header("Retry-After", String(RETRY_AFTER_SECONDS));
      context.header("Connection", "close");
      return context.json({ error: "This instance is shutting down and takes no new turns; try again" }, 503);
    }

    const turn = turns.begin();
    const { outgoing } = context.env;
    if (until === "until its thread is idle") {
      try {
        await next();
      } finally {
        const { resource: resourceId, thread: threadId } = context.get("owned") ?? {};
        if (context.res.status >= 400 || resourceId === undefined || threadId === undefined) {
          turn.end(context.res.status < 500 ? "completed" : "failed");
        } else {
          void endWhenIdle(turn, threads, { resourceId, threadId });
        }
      }
      return;
    }

    outgoing.once("close", () =>
      turn.leave(outgoing.statusCode < 500 ? "completed" : "failed", outgoing.writableFinished),
    );
    turn.signal.addEventListener("abort", () =>
      setTimeout(() => outgoing.destroy(), ABORT_GRACE_SECONDS * 1000).unref(),
    );
    context.set("turn", turn);
    await next();

    const { body } = context.res;
    if (body && context.res.headers.get("content-type")?.startsWith("text/event-stream")) {
      context.res = new Response(withHeartbeats(body, HEARTBEAT_SECONDS * 1000), context.res);
    }
  };
}

/** Ends the turn when its thread has been idle for two looks in a row: a message that waits begins right after one. */
async function endWhenIdle(turn: Turn, threads: ThreadTurns, thread: ThreadName): Promise<void> {
  turn.signal.addEventListener("abort", () => threads.abort(thread), { once: true });
  for (let idleLooks = 0; idleLooks < IDLE_LOOKS && !turn.signal.aborted; ) {
    await delay(LOOK_MILLISECONDS);
    idleLooks = threads.isActive(thread) ? 0 : idleLooks + 1;
  }
  turn.end("completed");
}
