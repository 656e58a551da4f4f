import type { Context, MiddlewareHandler } from "hono";
import type { AgentEnv } from "./env.ts";

/** Deepest nesting that is read: conversations have about six levels, attacks have thousands. */
const DEPTH_MAX = 64;

/** What is wrong with a value from JSON, or `undefined`. */
type Fault = "depth" | "text" | "length" | undefined;

/**
 * Refuses JSON that no route could take: nested too deep, with text that no database can store (a zero character, half
 * of a surrogate pair), or with a message longer than `messageLimitCharacters`.
 */
export function checkBody(messageLimitCharacters: number): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    if (!hasJson(context)) return next();
    const body: unknown = await context.req.json().catch(() => undefined);
    switch (faultIn(body, messageLimitCharacters, DEPTH_MAX)) {
      case "depth":
        return context.json({ error: `The body is nested deeper than ${DEPTH_MAX} levels` }, 400);
      case "text":
        return context.json({ error: "The body has text that isn't Unicode, or a zero character" }, 400);
      case "length":
        return context.json(
          {
            error: `A message is longer than ${messageLimitCharacters} characters (FLAME_MESSAGE_LIMIT_CHARACTERS)`,
          },
          413,
        );
      default:
        return next();
    }
  };
}

function hasJson(context: Context<AgentEnv>): boolean {
  const { method } = context.req;
  if (method !== "POST" && method !== "PUT" && method !== "PATCH" && method !== "DELETE") return false;
  // A turn's body is read as JSON whatever it says of itself.
  return context.req.path === "/turns" || /\bjson\b/i.test(context.req.header("content-type") ?? "");
}

function faultIn(value: unknown, lengthMax: number, depth: number): Fault {
  if (typeof value === "string") {
    if (value.length > lengthMax) return "length";
    return value.includes("\0") || !value.isWellFormed() ? "text" : undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (depth === 0) return "depth";
  const inner = Array.isArray(value) ? value : [...Object.keys(value), ...Object.values(value)];
  for (const one of inner) {
    const fault = faultIn(one, lengthMax, depth - 1);
    if (fault) return fault;
  }
  return undefined;
}
