import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "../http/env.ts";
import type { Metrics } from "../metrics.ts";
import type { Load } from "./load.ts";

/** What a refused client should wait, in seconds: the load is looked at twice in one. */
const RETRY_AFTER_SECONDS = 2;

/** Answers new requests with 503 while the process is overloaded, but for the paths that tell how it fares. */
export function shedLoad(load: Load, metrics: Metrics, neverShed: ReadonlySet<string>): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const { overload } = load;
    if (overload === undefined || neverShed.has(context.req.path)) return next();
    metrics.countRefusedRequest("overload");
    context.header("Retry-After", String(RETRY_AFTER_SECONDS));
    return context.json({ error: `This instance has too much to do (${overload}); try again`, overload }, 503);
  };
}
