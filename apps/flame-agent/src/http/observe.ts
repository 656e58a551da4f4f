import type { MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { AgentEnv } from "./env.ts";

/** Counts and logs each request when its response has ended: by route pattern, with nothing that a user wrote. */
export function observeRequests(metrics: Metrics, log: Logger): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const start = performance.now();
    const { outgoing } = context.env;
    outgoing.once("close", () => {
      const { method } = context.req;
      const route = matchedRoutes(context).findLast(({ path }) => !path.endsWith("*"))?.path ?? "unmatched";
      const seconds = (performance.now() - start) / 1000;
      metrics.countRequest(method, route, outgoing.statusCode, seconds);
      const line = {
        method,
        route,
        status: outgoing.statusCode,
        seconds: Number(seconds.toFixed(3)),
        complete: outgoing.writableFinished,
      };
      log[isProbe(route) ? "debug" : "info"](line, "request");
    });
    await next();
  };
}

/** What engines ask every few seconds is logged at `debug` only. */
function isProbe(route: string): boolean {
  return route === "/health" || route === "/ready";
}
