import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { type AtEnd, atEndOfTest } from "./at-end.ts";
import { until } from "./folder.ts";

export const ISSUER = "https://id.example";
const AUDIENCE = "flame";

export const { publicKey, privateKey } = await generateKeyPair("RS256");

/** Serves the public key as an issuer does, by default until the test's end; `requests` counts how often it was asked for. */
export async function keyServer(atEnd: AtEnd = atEndOfTest) {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" }] };
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(keys));
  }).listen(0, "127.0.0.1");
  atEnd(() => void server.close());
  await until("the key server listens", () => server.listening);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/keys`,
    requests: () => requests,
  };
}

/** A token of the issuer's, of the tenant acme unless the claims say otherwise. */
export function signed(claims: Record<string, unknown>, { key = privateKey, expires = "1m", kid = "1" } = {}) {
  return new SignJWT({ tenant: "acme", ...claims })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(typeof claims.iss === "string" ? claims.iss : ISSUER)
    .setAudience(typeof claims.aud === "string" ? claims.aud : AUDIENCE)
    .setExpirationTime(expires)
    .sign(key);
}

/** What has an agent believe the issuer whose keys are at this address. */
export const issuerVariables = (url: string) => ({
  FLAME_JWT_JWKS_URL: url,
  FLAME_JWT_ISSUER: ISSUER,
  FLAME_JWT_AUDIENCE: AUDIENCE,
});
