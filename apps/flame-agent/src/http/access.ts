import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "./env.ts";

/** What an engine or a load balancer asks without credentials. */
const OPEN_PATHS = new Set(["/health", "/ready"]);

/** Lets requests pass that carry the token. The time that the comparison takes tells nothing about it. */
export function requireToken(token: string): MiddlewareHandler<AgentEnv> {
  const expected = digest(`Bearer ${token}`);
  return async (context, next) => {
    const given = digest(context.req.header("authorization") ?? "");
    if (OPEN_PATHS.has(context.req.path) || timingSafeEqual(given, expected)) return next();
    context.header("WWW-Authenticate", "Bearer");
    return context.json({ error: "This route needs the header Authorization: Bearer <access token>" }, 401);
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
