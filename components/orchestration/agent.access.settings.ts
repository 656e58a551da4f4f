import { z } from "zod";
import { bytesBetween, SecretReference } from "../core/index.ts";

/** An address without credentials, query or fragment: keys are secrets, and stand beside it. */
function plainUrl(secretSetting: string) {
  return z
    .url({ protocol: /^https?$/, error: "an http or https address, such as https://models.example/v1", abort: true })
    .refine(
      (text) => /^https?:\/\/[^@?#\s]+$/.test(text),
      `an address without credentials, query or fragment: ${secretSetting}`,
    );
}

/** Who may talk to the agent. */
export const Authentication = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("none").meta({ description: "Everybody who reaches the port: only for loopback." }),
  }),
  z.strictObject({
    kind: z.literal("bearer").meta({ description: "Who sends the token in the Authorization header." }),
    token: SecretReference.meta({ description: "Secret with the token." }),
    tenantTokens: SecretReference.optional().meta({
      description: "Secret with the tokens of tenants, each with data of its own: acme=token,globex=token.",
    }),
  }),
  z.strictObject({
    kind: z.literal("jwt").meta({ description: "Who sends a JSON Web Token that an identity provider signed." }),
    keysUrl: plainUrl("a key set is public").meta({
      description: "Address of the provider's keys (JWKS).",
      example: "https://id.example/keys",
    }),
    issuer: z.string().min(1).meta({ description: "Issuer that a token must have.", example: "https://id.example" }),
    audience: z.string().min(1).meta({ description: "Audience that a token must be for.", example: "flame" }),
    tenantClaim: z
      .string()
      .min(1)
      .prefault("tenant")
      .meta({ description: "Claim that names the tenant; each one has data of its own.", example: "tenant" }),
    userClaim: z.string().min(1).prefault("sub").meta({
      description:
        "Claim that names the user, who reaches what is the user's own alone; a token without it reaches all of its tenant's.",
      example: "sub",
    }),
    operatorToken: SecretReference.optional().meta({
      description: "Secret with a token of who runs the agent, for its metrics; they are closed without it.",
    }),
  }),
]);

/** How often one client may ask. */
export const RequestRate = z.strictObject({
  perMinute: z
    .int()
    .min(1)
    .max(1_000_000)
    .prefault(3_000)
    .meta({ description: "Requests of a tenant, or of an address where no token says a tenant.", unit: "per minute" }),
  burst: z
    .int()
    .min(1)
    .max(100_000)
    .prefault(300)
    .meta({ description: "How many of them may come at once.", unit: "requests" }),
  trustedProxies: z.int().min(0).max(10).prefault(0).meta({
    description:
      "Proxies of others in front of the agent, whose X-Forwarded-For tells a client's address; those that the environment makes are counted by themselves.",
    unit: "proxies",
  }),
});

/** Origins whose pages may call the agent. */
export const AllowedOrigins = z
  .array(
    z
      .string()
      .refine(
        (text) => /^https?:\/\/[^,\s]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text,
        "an origin as browsers write it, without a path or its scheme's own port: https://app.example",
      ),
  )
  .prefault([])
  .meta({ description: "Origins whose web pages may call the agent.", example: ["https://app.example"] });

/** Names that the agent answers to besides those that follow from its endpoints. */
export const AllowedHosts = z
  .array(
    z
      .string()
      .regex(
        /^(?=.{1,253}$)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/,
        "a host name in lower case, without a scheme or a port: agent.example",
      ),
  )
  .prefault([])
  .meta({
    description:
      "Further names that requests may be sent to; addresses, localhost and the names of the environment's endpoints are allowed by themselves.",
    example: ["agent.example"],
  });

/** Whether files that messages name by an address are fetched. */
export const Fetching = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("none").meta({ description: "Nothing is fetched: messages hold their files themselves." }),
  }),
  z.strictObject({
    kind: z.literal("hosts").meta({ description: "From these hosts, where they have a public address." }),
    hosts: z
      .array(
        z
          .string()
          .refine(
            (text) =>
              /^[a-z0-9.:[\]-]{1,253}$/.test(text) &&
              URL.canParse(`http://${text}`) &&
              new URL(`http://${text}`).host === text,
            "a host in lower case, with a port where it isn't the scheme's own: files.example, cdn.example:8443",
          ),
      )
      .min(1)
      .meta({ description: "Hosts, with a port where it isn't the scheme's own.", example: ["files.example"] }),
    maxSize: bytesBetween("1KiB", "6MiB")
      .prefault("2MiB")
      .meta({ description: "Most that is fetched for one request.", unit: "bytes", example: "2MiB" }),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(300)
      .prefault(10)
      .meta({ description: "Longest that fetching for one request takes.", unit: "seconds" }),
    mediaTypes: z
      .array(z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/, "a media type in lower case, such as image/png"))
      .min(1)
      .prefault(["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"])
      .meta({ description: "Media types that are fetched.", example: ["image/png"] }),
  }),
]);

/** When the agent refuses requests for a while, so that those that run can end. */
export const Overload = z.strictObject({
  memoryPercent: z
    .int()
    .min(50)
    .max(100)
    .prefault(92)
    .meta({ description: "Share of the memory limit above which new requests get 503.", unit: "percent" }),
  eventLoopMilliseconds: z
    .int()
    .min(10)
    .max(60_000)
    .prefault(1_000)
    .meta({ description: "Delay of the event loop above which new requests get 503.", unit: "milliseconds" }),
});

/** Where traces go. */
export const Tracing = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("none").meta({ description: "Nowhere." }) }),
  z.strictObject({
    kind: z.literal("otlp").meta({ description: "To a collector, by OTLP over HTTP." }),
    endpoint: plainUrl("the token belongs in agent.tracing.token").meta({
      description: "Address of the collector.",
      example: "http://collector.example:4318",
    }),
    token: SecretReference.optional().meta({ description: "Secret with the collector's bearer token." }),
    percent: z
      .int()
      .min(0)
      .max(100)
      .prefault(100)
      .meta({ description: "Share of requests that are traced.", unit: "percent" }),
  }),
]);

/** A model that is asked when the ones before it fail. */
export const FallbackModel = z.strictObject({
  baseUrl: plainUrl("keys belong in agent.model.fallbackApiKeys")
    .refine((text) => !text.includes(","), "an address without a comma")
    .meta({ description: "Address of its endpoint.", example: "https://other.example/v1" }),
  name: z
    .string()
    .regex(/^[^@,\s]+$/, "a model's name without @, comma and space")
    .meta({ description: "Model to ask for.", example: "small" }),
});
