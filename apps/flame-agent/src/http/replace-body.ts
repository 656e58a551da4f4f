import type { Context } from "hono";
import type { AgentEnv } from "./env.ts";

/** Makes another body, or none, and another address the ones that everything behind reads. */
export function replaceBody(context: Context<AgentEnv>, body: unknown, url: URL = new URL(context.req.raw.url)): void {
  const { raw } = context.req;
  const headers = new Headers(raw.headers);
  headers.delete("content-length");
  context.req.raw = new Request(url, {
    method: raw.method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: raw.signal,
  });
  context.req.bodyCache = {};
}
