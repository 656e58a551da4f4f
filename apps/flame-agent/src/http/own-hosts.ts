import { isIP } from "node:net";
import type { MiddlewareHandler } from "hono";
import type { Metrics } from "../metrics.ts";
import type { AgentEnv } from "./env.ts";

/** Names that lead to this machine wherever they are asked for: nobody else can have them. */
const LOOPBACK_NAME = /^(.+\.)?localhost$/;

/**
 * Answers only what is sent to a name that the agent listens as (421 for the others), and pages of other origins only
 * where they are listed (403): a page that leads its own name to this machine, or posts here, gets nowhere. An address
 * in place of a name can't be led elsewhere, and is what probes and scrapes of a pod use.
 */
export function ownHostsOnly(
  { allowedHosts, corsOrigins }: { readonly allowedHosts: readonly string[]; readonly corsOrigins: readonly string[] },
  metrics: Metrics,
): MiddlewareHandler<AgentEnv> {
  const names = new Set(allowedHosts);
  const origins = new Set(corsOrigins);
  return (context, next) => {
    const host = (context.req.header("host") ?? "").toLowerCase();
    if (!isOwn(nameOf(host), names)) {
      metrics.countRefusedRequest("host");
      return Promise.resolve(
        context.json(
          {
            error:
              "The header Host names another server; allowed: an address, localhost and the names of FLAME_ALLOWED_HOSTS; fix: add the name there (agent.allowedHosts in the blueprint)",
          },
          421,
        ),
      );
    }
    const origin = context.req.header("origin");
    if (origin === undefined || origins.has(origin) || isSame(origin, host)) return next();
    metrics.countRefusedRequest("origin");
    return Promise.resolve(
      context.json(
        {
          error:
            "Pages of this origin may not call; allowed: the agent's own origin and those of FLAME_CORS_ORIGINS; fix: add the origin there (agent.allowedOrigins in the blueprint)",
        },
        403,
      ),
    );
  };
}

/** The host without its port, an IPv6 address's brackets and the dot at a name's end. */
function nameOf(host: string): string {
  return host
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "");
}

function isOwn(name: string, names: ReadonlySet<string>): boolean {
  return isIP(name) !== 0 || LOOPBACK_NAME.test(name) || names.has(name);
}

/** Whether the page comes from the host that the request is for; a proxy before it may have taken TLS off. */
function isSame(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: from } = new URL(origin);
  const to = `${protocol}//${host}`;
  return /^https?:$/.test(protocol) && URL.canParse(to) && new URL(to).host === from;
}
