import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import type { JwtConfiguration } from "../configuration.security.ts";
import type { Authenticate } from "./identity.ts";
import { isTenantName, isUserName } from "./tenant.ts";

/** Ways of signing that need a private key: a public one can't be used as the secret of another way. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];
/** How far the issuer's clock may be from ours, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** How long the keys may take to arrive, in milliseconds. */
const KEYS_MILLISECONDS = 3_000;

/**
 * Checks a signed token: signature, issuer, audience, time; its claims name the tenant and the user, if any. Keys are
 * kept for 10 minutes.
 */
export function jwtTenant({ jwksUrl, issuer, audience, tenantClaim, userClaim }: JwtConfiguration): Authenticate {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: KEYS_MILLISECONDS });
  return async (token) => {
    if (token === undefined || token.split(".").length !== 3) return { kind: "refused" };
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ["exp"],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
      });
      const tenant = payload[tenantClaim];
      if (typeof tenant !== "string" || !isTenantName(tenant)) return { kind: "refused" };
      const user = payload[userClaim];
      if (user === undefined) return { kind: "tenant", tenant };
      return typeof user === "string" && isUserName(tenant, user)
        ? { kind: "tenant", tenant, user }
        : { kind: "refused" };
    } catch (error) {
      return { kind: isAboutToken(error) ? "refused" : "unknown" };
    }
  };
}

/** Whether the token is at fault, rather than the way to the keys. */
function isAboutToken(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return false;
  return !(
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    error.code === "ERR_JOSE_GENERIC"
  );
}
