import type { Context } from "hono";
import type { AgentEnv } from "./env.ts";

/**
 * The client's address: the connection's, or, behind `trustedProxies` proxies, the entry of `X-Forwarded-For` that the
 * outermost of them wrote. What a client writes there itself stands further left and is not believed.
 */
export function clientAddress(context: Context<AgentEnv>, trustedProxies: number): string {
  const connection = context.env.incoming.socket.remoteAddress ?? "unknown";
  if (trustedProxies === 0) return connection;
  const forwarded = context.req.header("x-forwarded-for")?.split(",") ?? [];
  return forwarded.at(-trustedProxies)?.trim() || connection;
}
