import type { Context, MiddlewareHandler } from "hono";
import { matchedRoutes } from "hono/route";
import type { RecentRequests } from "../load/index.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { currentRequest } from "../request-scope.ts";
import { traceIds } from "../telemetry/index.ts";
import { PROBE_PATHS } from "./access.ts";
import type { AgentEnv } from "./env.ts";

/**
 * Counts and logs each request when its response has ended: by route pattern, with nothing that a user wrote. Requests
 * of engines' probes stay out of `recent`, so that they don't thin out the errors of others.
 */
export function observeRequests(metrics: Metrics, recent: RecentRequests, log: Logger): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const start = performance.now();
    const { outgoing } = context.env;
    // The response's end belongs to no request any more.
    const ids = { ...traceIds(), reference: currentRequest()?.reference };
    let responseMilliseconds: number | undefined;
    outgoing.once("close", () => {
      const { method } = context.req;
      const route = routeOf(context);
      const probe = PROBE_PATHS.has(route);
      const milliseconds = performance.now() - start;
      metrics.countRequest(method, route, outgoing.statusCode, milliseconds / 1000);
      if (!probe) recent.add(responseMilliseconds ?? milliseconds, outgoing.statusCode >= 500);
      const line = {
        ...ids,
        tenant: context.get("tenant"),
        method,
        route,
        status: outgoing.statusCode,
        seconds: Number((milliseconds / 1000).toFixed(3)),
        complete: outgoing.writableFinished,
      };
      // What engines ask every few seconds is logged at `debug` only.
      log[probe ? "debug" : "info"](line, "request");
    });
    await next();
    responseMilliseconds = performance.now() - start;
  };
}

/** The pattern of the route that took the request, `/api/agents/:agentId` say. */
export function routeOf(context: Context<AgentEnv>): string {
  return matchedRoutes(context).findLast(({ path }) => !path.endsWith("*"))?.path ?? "unmatched";
}
