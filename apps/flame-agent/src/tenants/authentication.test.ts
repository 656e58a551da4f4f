import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseConfiguration } from "../configuration.ts";
import { until } from "../testing/folder.ts";
import { authentication } from "./authentication.ts";

const ISSUER = "https://id.example";
const ACME = "acme-token-0123456789";
const GLOBEX = "globex-token-0123456789";
const OPERATOR = "operator-token-0123456789";
const REFUSED = { kind: "refused" };

const { publicKey, privateKey } = await generateKeyPair("RS256");
const stranger = await generateKeyPair("RS256");

/** Serves the public key as an issuer does; `requests` counts how often it was asked for. */
async function keyServer() {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" }] };
  let requests = 0;
  const server = createServer((_request, response) => {
    requests += 1;
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(keys));
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await until("the key server listens", () => server.listening);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/keys`,
    requests: () => requests,
  };
}

function signed(claims: Record<string, unknown>, { key = privateKey, expires = "1m", kid = "1" } = {}) {
  return new SignJWT({ tenant: "acme", ...claims })
    .setProtectedHeader({ alg: "RS256", kid })
    .setIssuer(typeof claims.iss === "string" ? claims.iss : ISSUER)
    .setAudience(typeof claims.aud === "string" ? claims.aud : "flame")
    .setExpirationTime(expires)
    .sign(key);
}

const jwt = (url: string) => ({
  FLAME_JWT_JWKS_URL: url,
  FLAME_JWT_ISSUER: ISSUER,
  FLAME_JWT_AUDIENCE: "flame",
});

describe("without any token in the configuration", () => {
  it("there is nothing to authenticate", () => {
    expect(authentication(parseConfiguration({}))).toBeUndefined();
  });
});

describe("a token", () => {
  it.each([
    { token: OPERATOR, identity: { kind: "tenant", tenant: "default" } },
    { token: ACME, identity: { kind: "tenant", tenant: "acme" } },
    { token: GLOBEX, identity: { kind: "tenant", tenant: "globex" } },
    { token: `${ACME}x`, identity: REFUSED },
    { token: ACME.slice(0, -1), identity: REFUSED },
    { token: `acme=${ACME}`, identity: REFUSED },
    { token: undefined, identity: REFUSED },
  ])("$token is $identity.kind $identity.tenant", async ({ token, identity }) => {
    const authenticate = authentication(
      parseConfiguration({
        FLAME_ACCESS_TOKEN: OPERATOR,
        FLAME_TENANT_TOKENS: `acme=${ACME},globex=${GLOBEX}`,
      }),
    );
    expect(await authenticate?.(token)).toEqual(identity);
  });
});

describe("a signed token", () => {
  it("of the issuer, for us, in time, names its tenant; the keys are asked for once", async () => {
    const { url, requests } = await keyServer();
    const authenticate = authentication(parseConfiguration(jwt(url)));
    expect(await authenticate?.(await signed({}))).toEqual({ kind: "tenant", tenant: "acme" });
    expect(await authenticate?.(await signed({ tenant: "globex" }))).toEqual({ kind: "tenant", tenant: "globex" });
    expect(requests()).toBe(1);
  });

  it.each([
    { why: "another issuer", token: () => signed({ iss: "https://evil.example" }) },
    { why: "another audience", token: () => signed({ aud: "other" }) },
    { why: "a time that is over", token: () => signed({}, { expires: "-1m" }) },
    { why: "a stranger's signature", token: () => signed({}, { key: stranger.privateKey }) },
    { why: "an unknown key", token: () => signed({}, { kid: "2" }) },
    { why: "no tenant", token: () => signed({ tenant: undefined }) },
    { why: "everybody as its tenant", token: () => signed({ tenant: "default" }) },
    { why: "a tenant that looks like another's", token: () => signed({ tenant: "acme:x" }) },
    { why: "a tenant that isn't text", token: () => signed({ tenant: ["acme"] }) },
    {
      why: "no end of its time",
      token: () =>
        new SignJWT({ tenant: "acme" })
          .setProtectedHeader({ alg: "RS256", kid: "1" })
          .setIssuer(ISSUER)
          .setAudience("flame")
          .sign(privateKey),
    },
    {
      why: "the public key as a shared secret",
      token: async () =>
        new SignJWT({ tenant: "acme" })
          .setProtectedHeader({ alg: "HS256", kid: "1" })
          .setIssuer(ISSUER)
          .setAudience("flame")
          .setExpirationTime("1m")
          .sign(new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)))),
    },
    {
      why: "no signature",
      token: async () => `${btoa('{"alg":"none"}')}.${(await signed({})).split(".")[1]}.`,
    },
    { why: "three parts of nonsense", token: async () => "a.b.c" },
    { why: "two parts", token: async () => "a.b" },
  ])("with $why is refused", async ({ token }) => {
    const { url } = await keyServer();
    expect(await authentication(parseConfiguration(jwt(url)))?.(await token())).toEqual(REFUSED);
  });

  it("can't be judged while the keys can't be had, and other tokens still can", async () => {
    const authenticate = authentication(
      parseConfiguration({ ...jwt("http://127.0.0.1:1/keys"), FLAME_TENANT_TOKENS: `acme=${ACME}` }),
    );
    expect(await authenticate?.(await signed({}))).toEqual({ kind: "unknown" });
    expect(await authenticate?.(ACME)).toEqual({ kind: "tenant", tenant: "acme" });
    expect(await authenticate?.("nonsense")).toEqual(REFUSED);
  });
});
