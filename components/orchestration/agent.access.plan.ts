import { isIP } from "node:net";
import { toKiB } from "../core/index.ts";
import type { AgentSettings } from "./agent.settings.ts";
import type { ContainerPlan, SecretSource } from "./container.plan.ts";

type Variables = Pick<ContainerPlan, "environment" | "secrets">;

/** What the environment around an agent says of the way to it. */
export interface AgentWay {
  /** Proxies of the plan's own before the agent. */
  readonly ownProxies: number;
  /** Names that lead to the agent: of its endpoints, and on its network. Addresses among them are nothing to allow. */
  readonly hostNames: readonly string[];
}

/** Variables of who may ask, how often, under which names, from which pages, and what is refused under pressure. */
export function planAccess(agent: AgentSettings, { ownProxies, hostNames }: AgentWay): Variables {
  const access = planAuthentication(agent.authentication);
  const allowedHosts = distinctNames([...hostNames, ...agent.allowedHosts]);
  return {
    environment: {
      ...access.environment,
      FLAME_RATE_LIMIT_PER_MINUTE: `${agent.requestRate.perMinute}`,
      FLAME_RATE_LIMIT_BURST: `${agent.requestRate.burst}`,
      FLAME_TRUSTED_PROXIES: `${agent.requestRate.trustedProxies + ownProxies}`,
      ...(agent.allowedOrigins.length > 0 && { FLAME_CORS_ORIGINS: agent.allowedOrigins.join(",") }),
      ...(allowedHosts.length > 0 && { FLAME_ALLOWED_HOSTS: allowedHosts.join(",") }),
      ...planFetching(agent.fetching),
      FLAME_SHED_MEMORY_PERCENT: `${agent.overload.memoryPercent}`,
      FLAME_SHED_EVENT_LOOP_MILLISECONDS: `${agent.overload.eventLoopMilliseconds}`,
    },
    secrets: access.secrets,
  };
}

/** Each name once, in the order of the alphabet; an address needs no leave. */
function distinctNames(names: readonly string[]): string[] {
  const lower = names.map((name) => name.toLowerCase());
  return [...new Set(lower.filter((name) => name !== "localhost" && isIP(name) === 0))].toSorted();
}

function planFetching(fetching: AgentSettings["fetching"]): Variables["environment"] {
  if (fetching.kind === "none") return {};
  return {
    FLAME_FETCH_HOSTS: fetching.hosts.join(","),
    FLAME_FETCH_MAX_KIB: `${toKiB(fetching.maxSize)}`,
    FLAME_FETCH_SECONDS: `${fetching.timeoutSeconds}`,
    FLAME_FETCH_TYPES: fetching.mediaTypes.join(","),
  };
}

/** Variables of where traces go. */
export function planTracing(tracing: AgentSettings["tracing"]): Variables {
  if (tracing.kind === "none") return { environment: {}, secrets: {} };
  return {
    environment: { FLAME_OTLP_ENDPOINT: tracing.endpoint, FLAME_TRACE_PERCENT: `${tracing.percent}` },
    secrets: { ...(tracing.token && { FLAME_OTLP_TOKEN: secretOf(tracing.token) }) },
  };
}

function planAuthentication(authentication: AgentSettings["authentication"]): Variables {
  switch (authentication.kind) {
    case "none":
      return { environment: {}, secrets: {} };
    case "bearer":
      return {
        environment: {},
        secrets: {
          FLAME_ACCESS_TOKEN: secretOf(authentication.token),
          ...(authentication.tenantTokens && { FLAME_TENANT_TOKENS: secretOf(authentication.tenantTokens) }),
        },
      };
    case "jwt":
      return {
        environment: {
          FLAME_JWT_JWKS_URL: authentication.keysUrl,
          FLAME_JWT_ISSUER: authentication.issuer,
          FLAME_JWT_AUDIENCE: authentication.audience,
          FLAME_JWT_TENANT_CLAIM: authentication.tenantClaim,
          FLAME_JWT_USER_CLAIM: authentication.userClaim,
        },
        secrets: {
          ...(authentication.operatorToken && { FLAME_ACCESS_TOKEN: secretOf(authentication.operatorToken) }),
        },
      };
  }
}

function secretOf(reference: { readonly secret: string }): SecretSource {
  return { kind: "configuration", name: reference.secret };
}
