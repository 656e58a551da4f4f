import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { isDatabaseAway } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import { TurnAborted } from "../turns/turns.ts";
import type { Listener } from "../workflow/runner.ts";
import type { AgentEnv } from "./env.ts";

/** What a client is told while the database can't be reached or has no room. */
export const DATABASE_AWAY = "The database doesn't take requests now; try again when GET /ready answers 200";

/** Answers with a turn as an event stream that reads well in a terminal. Its errors become its last event. */
export function streamTurn(
  context: Context<AgentEnv>,
  log: Logger,
  take: (listener: Listener) => Promise<void>,
): Response {
  const turn = context.get("turn");
  const signal = turn?.signal ?? context.req.raw.signal;
  return streamSSE(context, async (stream) => {
    const send = (event: string, data: object) => stream.writeSSE({ event, data: JSON.stringify(data) });
    try {
      await take({ signal, emit: ({ event, data }) => send(event, data) });
    } catch (error) {
      const reason = signal.aborted ? signal.reason : error;
      if (!signal.aborted) {
        log.error({ error: describeError(log, error) }, "turn failed");
        turn?.abort(new TurnAborted("failed", "The turn failed"));
      }
      await send(
        "error",
        reason instanceof TurnAborted
          ? { code: reason.outcome, message: reason.message }
          : { code: "failed", message: isDatabaseAway(error) ? DATABASE_AWAY : "The turn failed" },
      );
    }
  });
}
