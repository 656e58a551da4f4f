import type { AgentSettings } from "./agent.settings.ts";
import type { ContainerPlan, SecretSource } from "./container.plan.ts";

type Variables = Pick<ContainerPlan, "environment" | "secrets">;

/** Variables of who may ask, how often, from which pages, and what is refused under pressure. */
export function planAccess(agent: AgentSettings, ownProxies: number): Variables {
  const access = planAuthentication(agent.authentication);
  return {
    environment: {
      ...access.environment,
      FLAME_RATE_LIMIT_PER_MINUTE: `${agent.requestRate.perMinute}`,
      FLAME_RATE_LIMIT_BURST: `${agent.requestRate.burst}`,
      FLAME_TRUSTED_PROXIES: `${agent.requestRate.trustedProxies + ownProxies}`,
      ...(agent.allowedOrigins.length > 0 && { FLAME_CORS_ORIGINS: agent.allowedOrigins.join(",") }),
      FLAME_SHED_MEMORY_PERCENT: `${agent.overload.memoryPercent}`,
      FLAME_SHED_EVENT_LOOP_MILLISECONDS: `${agent.overload.eventLoopMilliseconds}`,
    },
    secrets: access.secrets,
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
