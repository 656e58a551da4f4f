import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { parseConfiguration } from "../configuration.ts";
import { ISSUER, issuerVariables, keyServer, privateKey, publicKey, signed } from "../testing/issuer.ts";
import { authentication } from "./authentication.ts";

const ACME = "acme-token-0123456789";
const GLOBEX = "globex-token-0123456789";
const OPERATOR = "operator-token-0123456789";
const REFUSED = { kind: "refused" };

const stranger = await generateKeyPair("RS256");

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
    const authenticate = authentication(parseConfiguration(issuerVariables(url)));
    expect(await authenticate?.(await signed({}))).toEqual({ kind: "tenant", tenant: "acme" });
    expect(await authenticate?.(await signed({ tenant: "globex" }))).toEqual({ kind: "tenant", tenant: "globex" });
    expect(requests()).toBe(1);
  });

  it("names its user by its subject, or by the claim that is configured; without it it speaks for all of its tenant", async () => {
    const { url } = await keyServer();
    const bySubject = authentication(parseConfiguration(issuerVariables(url)));
    expect(await bySubject?.(await signed({ sub: "ada" }))).toEqual({ kind: "tenant", tenant: "acme", user: "ada" });
    const byUid = authentication(parseConfiguration({ ...issuerVariables(url), FLAME_JWT_USER_CLAIM: "uid" }));
    expect(await byUid?.(await signed({ sub: "ada", uid: "bob" }))).toMatchObject({ user: "bob" });
    expect(await byUid?.(await signed({ sub: "ada" }))).toEqual({ kind: "tenant", tenant: "acme" });
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
    { why: "a user that isn't text", token: () => signed({ sub: "ada", uid: 7 }) },
    { why: "a user of no name", token: () => signed({ uid: "" }) },
    { why: "a user that can't be stored", token: () => signed({ uid: "a\0" }) },
    { why: "a user of too long a name", token: () => signed({ uid: "a".repeat(201) }) },
    { why: "a user who would be another one in the store", token: () => signed({ uid: "acme:ada" }) },
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
    const authenticate = authentication(parseConfiguration({ ...issuerVariables(url), FLAME_JWT_USER_CLAIM: "uid" }));
    expect(await authenticate?.(await token())).toEqual(REFUSED);
  });

  it("can't be judged while the keys can't be had, and other tokens still can", async () => {
    const authenticate = authentication(
      parseConfiguration({ ...issuerVariables("http://127.0.0.1:1/keys"), FLAME_TENANT_TOKENS: `acme=${ACME}` }),
    );
    expect(await authenticate?.(await signed({}))).toEqual({ kind: "unknown" });
    expect(await authenticate?.(ACME)).toEqual({ kind: "tenant", tenant: "acme" });
    expect(await authenticate?.("nonsense")).toEqual(REFUSED);
  });
});
