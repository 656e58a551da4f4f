import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "../http/env.ts";
import type { Metrics } from "../metrics.ts";
import { withHeartbeats } from "./heartbeat.ts";
import { TurnAborted, type Turns } from "./turns.ts";

/** The routes that make the agent take a turn: ours, and those of Mastra that answer with the turn itself. */
const TURN_PATH =
  /^\/turns$|^\/turns\/[^/]+\/resume$|^\/approvals\/[^/]+\/(?:approve|reject)$|^\/api\/agents\/[^/]+\/(generate|stream|streamVNext|resume-stream|network|recover|approve|decline)([-/][^?]*)?$/;

/** Seconds between comment lines in an event stream, so that no proxy takes silence for death. */
const HEARTBEAT_SECONDS = 15;
/** Seconds that an aborted turn has to end its stream before its connection is cut. */
const ABORT_GRACE_SECONDS = 2;
/** What a refused client should wait, in seconds: the next instance is there already. */
const RETRY_AFTER_SECONDS = 1;

export function isTurn(method: string, path: string): boolean {
  return method === "POST" && TURN_PATH.test(path);
}

/**
 * Counts a request as a running turn until its response has ended or its client has left (which cancels the turn);
 * refuses it while the process drains.
 */
export function trackTurns(turns: Turns, metrics: Metrics): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    if (!isTurn(context.req.method, context.req.path)) return next();
    if (turns.draining) {
      metrics.countRefusedTurn();
      context.header("Retry-After", String(RETRY_AFTER_SECONDS));
      context.header("Connection", "close");
      return context.json({ error: "This instance is shutting down and takes no new turns; try again" }, 503);
    }

    const turn = turns.begin();
    const { outgoing } = context.env;
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) turn.abort(new TurnAborted("client-left", "The client left"));
      turn.end(outgoing.statusCode < 500 ? "completed" : "failed");
    });
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
