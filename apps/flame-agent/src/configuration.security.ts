import { z } from "zod";
import { list, refuse, secret, secretFile, text, webUrl, whole } from "./configuration.fields.ts";
import { MESSAGE_CHARACTERS } from "./http/fields.ts";
import { isTenantName, TENANT_NAME_ALLOWED } from "./tenants/tenant.ts";

/** Shortest token that is accepted, in characters: 16 hexadecimal digits are 64 bits. */
const TOKEN_LENGTH_MIN = 16;

/** `acme=token,globex=token`: several tokens of one tenant are allowed, so that one can be changed for another. */
function tenantTokens() {
  return secret().transform((value, context) => {
    const pairs = value.split(",").map((pair) => {
      const [tenant = "", ...token] = pair.split("=");
      return { tenant, token: token.join("=") };
    });
    const wrong = pairs.findIndex(({ tenant, token }) => !isTenantName(tenant) || token.length < TOKEN_LENGTH_MIN);
    const repeated = new Set(pairs.map(({ token }) => token)).size < pairs.length;
    if (wrong < 0 && !repeated) return pairs;
    // The value holds secrets: which pair is wrong is told, and not what it says.
    const which = wrong < 0 ? "holds one token twice" : `has a pair that can't be read (number ${wrong + 1})`;
    context.addIssue({
      code: "custom",
      message: `${which}; allowed: tenant=token pairs with commas between them, ${TENANT_NAME_ALLOWED} for a tenant, and ${TOKEN_LENGTH_MIN} or more characters for a token, each one once; fix: correct the pair`,
    });
    return z.NEVER;
  });
}

/** Origins as browsers write them: `https://app.example`, without a path. */
function origins() {
  return list("an origin", (value, context) => {
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && url.origin === value) return value;
    return refuse(
      context,
      value,
      "origins such as https://app.example, in lower case, without a path or a final slash",
    );
  });
}

/** Names that requests may be sent to: `agent.example`, without a port. */
function hostNames() {
  return list("a name", (value, context) => {
    if (value.length <= 253 && HOST_NAME.test(value)) return value;
    return refuse(context, value, "names such as agent.example, in lower case, without a scheme or a port");
  });
}

const HOST_NAME = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*$/;

/** Variables of who may ask, for whom, from where and how often. */
export const SecurityVariables = {
  FLAME_ACCESS_TOKEN: secret({ minLength: TOKEN_LENGTH_MIN })
    .optional()
    .describe(
      "When set, every route but `/health` and `/ready` needs `Authorization: Bearer …`. At least 16 characters.",
    ),
  FLAME_ACCESS_TOKEN_FILE: secretFile().optional().describe("File that holds the access token instead."),
  FLAME_TENANT_TOKENS: tenantTokens()
    .optional()
    .describe("Access tokens of tenants, `acme=token,globex=token`; each tenant sees its own data only."),
  FLAME_TENANT_TOKENS_FILE: secretFile().optional().describe("File that holds the tenants' tokens instead."),
  FLAME_JWT_JWKS_URL: webUrl({ keyVariable: "nowhere, since a key set is public" })
    .optional()
    .describe("Address of the keys (JWKS) that sign JSON Web Tokens; a signed one is then a way to authenticate."),
  FLAME_JWT_ISSUER: text("the issuer's name").optional().describe("Issuer (`iss`) that a JSON Web Token must have."),
  FLAME_JWT_AUDIENCE: text("an audience's name")
    .optional()
    .describe("Audience (`aud`) that a JSON Web Token must be for."),
  FLAME_JWT_TENANT_CLAIM: text("the name of a claim").default("tenant").describe("Claim that names the tenant."),
  FLAME_JWT_USER_CLAIM: text("the name of a claim")
    .default("sub")
    .describe("Claim that names the user, who reaches what is the user's own alone; a token without it, all users'."),
  FLAME_RATE_LIMIT_PER_MINUTE: whole({ min: 0, max: 1_000_000 })
    .default(3_000)
    .describe("Requests a minute for a tenant, or for an address where no token gives a tenant; 0: no limit."),
  FLAME_RATE_LIMIT_BURST: whole({ min: 1, max: 100_000 }).default(300).describe("How many of them may come at once."),
  FLAME_TRUSTED_PROXIES: whole({ min: 0, max: 10 })
    .default(0)
    .describe("Proxies in front, whose `X-Forwarded-For` tells a client's address; 0: the connection's address."),
  FLAME_CORS_ORIGINS: origins()
    .optional()
    .describe("Origins whose pages may call, `https://app.example,https://…`; the agent's own alone without it."),
  FLAME_ALLOWED_HOSTS: hostNames()
    .optional()
    .describe("Names that requests may be sent to, `agent.example,…`, besides addresses and `localhost`."),
  FLAME_BODY_LIMIT_KIB: whole({ min: 1, max: 1_048_576 })
    .default(1024)
    .describe("Largest request body, in KiB; a larger one is answered with 413."),
  FLAME_MESSAGE_LIMIT_CHARACTERS: whole({ min: 1, max: MESSAGE_CHARACTERS })
    .default(100_000)
    .describe("Longest message, in characters; a longer one is answered with 413."),
  FLAME_MESSAGES_MAX: whole({ min: 1, max: 100_000 })
    .default(1_000)
    .describe("Messages of one request that are held in memory; the oldest above that are left out."),
};

type Variables = z.output<z.ZodObject<typeof SecurityVariables>>;

/** A token and whose it is. */
interface TenantToken {
  readonly tenant: string;
  readonly token: string;
}

/** Whose signed tokens are believed. */
export interface JwtConfiguration {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly tenantClaim: string;
  readonly userClaim: string;
}

/** Who may ask, for whom, from where and how often. */
export interface SecurityConfiguration {
  readonly tenantTokens: readonly TenantToken[];
  /** `undefined`: no JSON Web Token is believed. */
  readonly jwt: JwtConfiguration | undefined;
  readonly rateLimit: {
    /** 0: no limit. */
    readonly perMinute: number;
    readonly burst: number;
    readonly trustedProxies: number;
  };
  readonly corsOrigins: readonly string[];
  /** Besides addresses and the names of this machine's loopback. */
  readonly allowedHosts: readonly string[];
  readonly messageLimitCharacters: number;
  readonly messagesMax: number;
}

export function securityConfiguration(variables: Variables, tokens: string | undefined): SecurityConfiguration {
  const { FLAME_JWT_JWKS_URL: jwksUrl, FLAME_JWT_ISSUER: issuer, FLAME_JWT_AUDIENCE: audience } = variables;
  return {
    tenantTokens: tokens === undefined ? [] : tenantTokens().parse(tokens),
    jwt:
      jwksUrl && issuer && audience
        ? {
            jwksUrl,
            issuer,
            audience,
            tenantClaim: variables.FLAME_JWT_TENANT_CLAIM,
            userClaim: variables.FLAME_JWT_USER_CLAIM,
          }
        : undefined,
    rateLimit: {
      perMinute: variables.FLAME_RATE_LIMIT_PER_MINUTE,
      burst: variables.FLAME_RATE_LIMIT_BURST,
      trustedProxies: variables.FLAME_TRUSTED_PROXIES,
    },
    corsOrigins: variables.FLAME_CORS_ORIGINS ?? [],
    allowedHosts: variables.FLAME_ALLOWED_HOSTS ?? [],
    messageLimitCharacters: variables.FLAME_MESSAGE_LIMIT_CHARACTERS,
    messagesMax: variables.FLAME_MESSAGES_MAX,
  };
}
