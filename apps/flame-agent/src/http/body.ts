import type { MiddlewareHandler } from "hono";
import type { AgentEnv } from "./env.ts";

/** Deepest nesting that is read: conversations have about six levels, attacks have thousands. */
export const DEPTH_MAX = 64;

const JSON_TYPE = /^\s*application\/json\s*(;|$)/i;

/** What is wrong with a value from JSON, or `undefined`. */
type Fault = "depth" | "text" | "length" | undefined;

/** Methods whose body is read, whether or not the route takes one. */
export const METHODS_WITH_BODY = new Set(["POST", "PUT", "PATCH", "DELETE"]);

/**
 * Refuses a body that doesn't say that it is JSON, as pages of any origin may send one without being asked; and JSON
 * that no route could take: nested too deep, with text that no database can store (a zero character, half
 * of a surrogate pair), or with a message longer than `messageLimitCharacters` in what a turn is `asked` by. What isn't
 * JSON is left to the route.
 */
export function checkBody(
  messageLimitCharacters: number,
  asked: (method: string, path: string, body: unknown) => unknown,
): MiddlewareHandler<AgentEnv> {
  return async (context, next) => {
    const { method, path } = context.req;
    if (!METHODS_WITH_BODY.has(method)) return next();
    // Read as text and not as JSON, so that a route that wants the text still gets what was sent.
    const text = await context.req.text();
    if (text !== "" && !JSON_TYPE.test(context.req.header("content-type") ?? "")) {
      return context.json({ error: "The body is refused; allowed: Content-Type: application/json" }, 415);
    }
    const body = parsed(text);
    const fault =
      faultIn(body, Number.POSITIVE_INFINITY, DEPTH_MAX) ??
      faultIn(asked(method, path, body), messageLimitCharacters, DEPTH_MAX);
    switch (fault) {
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

/** The value of JSON, or `undefined` where it isn't any. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first fault in a value from JSON; `depth`: levels that it may have. */
export function faultIn(value: unknown, lengthMax: number, depth: number): Fault {
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
