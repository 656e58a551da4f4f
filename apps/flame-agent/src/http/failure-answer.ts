import type { Context } from "hono";
import { type Failure, failureOf } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import type { AgentEnv } from "./env.ts";

/** How a failure is answered: an answer that passed a limit or isn't as asked is the model's fault, as a gateway sees it. */
const STATUS = {
  "limit passed": 502,
  "unfit answer": 502,
  "too large for the database": 413,
  "database away": 503,
  failed: 500,
} as const satisfies Record<Failure["kind"], number>;

/** Logs a failure, and answers with what of it is for clients: its reference above all. */
export function answerFailure(context: Context<AgentEnv>, log: Logger, error: unknown): Response {
  const { kind, message, reference } = failureOf(error);
  log.error({ error: describeError(error), reference }, "request failed");
  return context.json(
    { error: message, reference },
    STATUS[kind],
    kind === "database away" ? { "Retry-After": "5" } : {},
  );
}
