import { createHash, timingSafeEqual } from "node:crypto";
import type { Configuration } from "../configuration.ts";
import type { Authenticate, Identity } from "./identity.ts";
import { jwtTenant } from "./jwt.ts";
import { DEFAULT_TENANT } from "./tenant.ts";

const REFUSED: Identity = { kind: "refused" };

/**
 * How requests say who they are: by the access token (the default tenant's), a tenant's token, or a signed one.
 * `undefined` where the configuration names none of them: every request is the default tenant's then.
 */
export function authentication({
  accessToken,
  security,
}: Pick<Configuration, "accessToken" | "security">): Authenticate | undefined {
  const tokens = [
    ...(accessToken === undefined ? [] : [{ tenant: DEFAULT_TENANT, token: accessToken }]),
    ...security.tenantTokens,
  ].map(({ tenant, token }) => ({ tenant, digest: digest(token) }));
  const signed = security.jwt && jwtTenant(security.jwt);
  if (tokens.length === 0 && !signed) return undefined;

  return async (token) => {
    if (token === undefined) return REFUSED;
    // All are compared, in constant time: how long it takes tells nothing about any of them.
    const given = digest(token);
    const matches = tokens.filter((known) => timingSafeEqual(known.digest, given));
    const [match] = matches;
    if (match) return { kind: "tenant", tenant: match.tenant };
    return signed ? signed(token) : REFUSED;
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
