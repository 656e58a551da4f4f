import { setTimeout as delay } from "node:timers/promises";
import type { Context, MiddlewareHandler } from "hono";
import type { AgentEnv } from "../http/env.ts";
import { mastraRouteOf } from "../http/mastra-routes.ts";
import type { Metrics } from "../metrics.ts";
import { currentRequest } from "../request-scope.ts";
import type { ThreadName, ThreadRuns } from "./thread-runs.ts";
import { STOPPED, type Turn, type Turns } from "./turns.ts";

/** Our own routes that make the agent take a turn or go on with one; Mastra's are told by their table. */
const TURN_PATH = /^\/chat$|^\/turns(\/[^/]+\/resume)?$|^\/approvals\/[^/]+\/(approve|reject)$/;

/** Seconds that an aborted turn has to end its stream before its connection is cut. */
const ABORT_GRACE_SECONDS = 2;
/** What a refused client should wait, in seconds: the next instance is there already. */
const RETRY_AFTER_SECONDS = 1;
/** How often a turn without a response of its own is looked at, in milliseconds, and how often it must be gone. */
const LOOK_MILLISECONDS = 100;
const IDLE_LOOKS = 2;

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
export function trackTurns(turns: Turns, metrics: Metrics, threads: ThreadRuns): MiddlewareHandler<AgentEnv> {
  const sent = new SentTurns(threads);
  return async (context, next) => {
    const until = turnOf(context.req.method, context.req.path);
    if (!until) {
      await next();
      if (isAbort(context)) sent.aborted(threadOf(context));
      return;
    }
    if (turns.draining) {
      metrics.countRefusedTurn();
      context.header("Retry-After", String(RETRY_AFTER_SECONDS));
      context.header("Connection", "close");
      return context.json({ error: "This instance is shutting down and takes no new turns; try again" }, 503);
    }

    // Ours are noted in the database: what was asked for there is done, and told to those who come back for it.
    const turn = turns.begin({ outlives: TURN_PATH.test(context.req.path) });
    const request = currentRequest();
    if (request) request.over = turn.ended;
    const { outgoing } = context.env;
    context.set("counted", turn);
    if (until === "until its thread is idle") {
      try {
        await next();
      } finally {
        const thread = threadOf(context);
        if (context.res.status >= 400 || thread === undefined) {
          turn.end(context.res.status < 500 ? "completed" : "failed");
        } else {
          void sent.endWhenIdle(turn, thread, context.get("sayAgain"));
        }
      }
      return;
    }

    outgoing.once("close", () =>
      turn.leave(outgoing.statusCode < 500 ? "completed" : "failed", outgoing.writableFinished),
    );
    turn.signal.addEventListener("abort", () => {
      if (request) request.isStopped = true;
      setTimeout(() => outgoing.destroy(), ABORT_GRACE_SECONDS * 1000).unref();
    });
    context.set("turn", turn);
    try {
      await next();
    } finally {
      turn.answered();
    }
  };
}

/** Whether the request has stopped what runs in a thread. */
function isAbort(context: Context<AgentEnv>): boolean {
  return context.req.path.endsWith("/threads/abort") && context.res.ok;
}

/** The thread that a request to Mastra's routes is about. */
function threadOf(context: Context<AgentEnv>): ThreadName | undefined {
  const { resource: resourceId, thread: threadId } = context.get("owned") ?? {};
  return resourceId === undefined || threadId === undefined ? undefined : { resourceId, threadId };
}

/** Turns that a message sent into a thread began, and that no response waits for. */
class SentTurns {
  readonly #threads: ThreadRuns;
  readonly #turns = new Map<Turn, ThreadName>();

  constructor(threads: ThreadRuns) {
    this.#threads = threads;
  }

  /**
   * Ends the turn when its thread has been idle for two looks in a row (a message that waits begins right after one) and
   * nothing had to be said again.
   */
  async endWhenIdle(turn: Turn, thread: ThreadName, sayAgain: AgentEnv["Variables"]["sayAgain"]): Promise<void> {
    this.#turns.set(turn, thread);
    turn.signal.addEventListener("abort", () => this.#threads.abort(thread), { once: true });
    do {
      for (let idleLooks = 0; idleLooks < IDLE_LOOKS && !turn.signal.aborted; ) {
        await delay(LOOK_MILLISECONDS);
        idleLooks = this.#threads.isActive(thread) ? 0 : idleLooks + 1;
      }
    } while (!turn.signal.aborted && (await sayAgain?.()));
    this.#turns.delete(turn);
    turn.end("completed");
  }

  /** Has the turns of a thread that a client stopped end as such. */
  aborted(thread: ThreadName | undefined): void {
    for (const [turn, { threadId, resourceId }] of this.#turns)
      if (threadId === thread?.threadId && resourceId === thread.resourceId) turn.abort(STOPPED);
  }
}
