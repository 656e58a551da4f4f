import type { Context, MiddlewareHandler } from "hono";
import type { SecurityConfiguration } from "../configuration.security.ts";
import type { Metrics } from "../metrics.ts";
import { type Authenticate, createRateLimit, DEFAULT_TENANT } from "../tenants/index.ts";
import { clientAddress } from "./address.ts";
import type { AgentEnv } from "./env.ts";

/** What an engine or a load balancer asks without credentials, as often as it likes. */
export const PROBE_PATHS: ReadonlySet<string> = new Set(["/health", "/ready"]);

/** What a request waits when the keys of signed tokens can't be had, in seconds. */
const KEYS_RETRY_SECONDS = 5;

/** What access depends on. */
interface AccessParts {
  /** `undefined`: every request is the default tenant's. */
  readonly authenticate: Authenticate | undefined;
  readonly rateLimit: SecurityConfiguration["rateLimit"];
  readonly metrics: Metrics;
}

/**
 * Finds out whose each request is, refuses those of nobody with 401, and those of who asks too often with 429. Who
 * fails to say who it is has the limit of its address, so that tokens can't be tried out at any pace.
 */
export function controlAccess({ authenticate, rateLimit, metrics }: AccessParts): MiddlewareHandler<AgentEnv> {
  const secondsToWait = rateLimit.perMinute === 0 ? () => 0 : createRateLimit(rateLimit);
  const tooOften = (context: Context<AgentEnv>, client: string) => {
    const seconds = secondsToWait(client);
    if (seconds === 0) return undefined;
    metrics.countRefusedRequest("rate");
    context.header("Retry-After", String(seconds));
    return context.json(
      {
        error: `Too many requests: ${rateLimit.perMinute} a minute are allowed, ${rateLimit.burst} at once; try again in ${seconds} s`,
      },
      429,
    );
  };

  return async (context, next) => {
    if (PROBE_PATHS.has(context.req.path)) return next();
    const address = `address ${clientAddress(context, rateLimit.trustedProxies)}`;
    if (!authenticate) return tooOften(context, address) ?? next();

    const identity = await authenticate(bearerToken(context));
    if (identity.kind === "tenant") {
      context.set("tenant", identity.tenant);
      if (identity.user !== undefined) context.set("user", identity.user);
      return tooOften(context, `tenant ${identity.tenant}`) ?? next();
    }
    metrics.countRefusedRequest("authentication");
    const refused = tooOften(context, address);
    if (refused) return refused;
    if (identity.kind === "unknown") {
      context.header("Retry-After", String(KEYS_RETRY_SECONDS));
      return context.json({ error: "The keys that check the token can't be had now; try again" }, 503);
    }
    context.header("WWW-Authenticate", "Bearer");
    return context.json({ error: "This route needs the header Authorization: Bearer <access token>" }, 401);
  };
}

/** Lets only who runs the agent see what concerns all tenants. */
export const operatorsOnly: MiddlewareHandler<AgentEnv> = async (context, next) => {
  if (context.get("tenant") === DEFAULT_TENANT) return next();
  return context.json({ error: "This route is for who runs the agent: use the token of FLAME_ACCESS_TOKEN" }, 403);
};

/** Keeps from a single user what concerns a whole tenant. */
export const tenantsOnly: MiddlewareHandler<AgentEnv> = async (context, next) => {
  if (context.get("user") === undefined) return next();
  return context.json(
    { error: "This route is for who acts for the whole tenant; allowed: a token without a user" },
    403,
  );
};

function bearerToken(context: Context<AgentEnv>): string | undefined {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
}
