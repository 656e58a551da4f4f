import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "./env.ts";

/** How long the rest of a body that nobody wants is read on for, in milliseconds. */
const READ_ON_MILLISECONDS = 300;

/**
 * Answers that are given before their request's body was read whole (too large, unauthorised, shed): the rest is read
 * on for a moment, so that the client isn't cut off while it sends and gets the answer. Where more is to come, the
 * answer says `Connection: close`, as the connection can't be used any more.
 */
export const closeUnread: MiddlewareHandler<AgentEnv> = async (context, next) => {
  await next();
  const { incoming }: { readonly incoming?: IncomingMessage } = context.env ?? {};
  if (!incoming || !hasBody(incoming) || incoming.complete) return;
  // One that a reader has begun to read can't be read on by another.
  if (!incoming.readableDidRead) await readOn(incoming);
  if (!incoming.complete) context.res.headers.set("Connection", "close");
};

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

async function readOn(incoming: IncomingMessage): Promise<void> {
  const over = new AbortController();
  incoming.once("close", () => over.abort()).once("end", () => over.abort());
  incoming.resume();
  await delay(READ_ON_MILLISECONDS, undefined, { signal: over.signal }).catch(() => undefined);
}
