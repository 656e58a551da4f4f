import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { secureHeaders } from "hono/secure-headers";
import type { AgentEnv } from "./env.ts";
import { STREAM_ID_HEADER } from "./ui-stream.ts";

/** How long a browser may remember that an origin is allowed, in seconds. */
const PREFLIGHT_SECONDS = 600;

/** Headers that keep a browser from making more of an answer than JSON or an event stream, and from keeping it. */
export function securityHeaders(): MiddlewareHandler<AgentEnv>[] {
  return [
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: "DENY",
      referrerPolicy: "no-referrer",
    }),
    async (context, next) => {
      await next();
      if (!context.res.headers.has("cache-control")) context.res.headers.set("Cache-Control", "no-store");
    },
  ];
}

/** Lets pages of these origins call; without one, no page of another origin may. */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler<AgentEnv> {
  if (origins.length === 0) return (_context, next) => next();
  return cors({
    origin: [...origins],
    allowMethods: ["GET", "POST", "PATCH", "DELETE"],
    allowHeaders: ["Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID", "Traceparent", "Tracestate"],
    exposeHeaders: ["Retry-After", STREAM_ID_HEADER],
    maxAge: PREFLIGHT_SECONDS,
  });
}
