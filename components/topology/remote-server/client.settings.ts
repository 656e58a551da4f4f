import { z } from "zod";
import { Bytes, bytesBetween, DurationSeconds, refuse, UnprivilegedPort } from "../../core/index.ts";

const Address = (protocol: RegExp, what: string) =>
  z.url({ protocol, error: what, abort: true }).refine((text) => /^[a-z]+:\/\/[^@?#\s]+$/.test(text), {
    error: "an address without credentials, query or fragment",
  });

const Http = Address(/^https?$/, "an http or https address");

const milliseconds = (description: string, value: number, min: number, max: number) =>
  z.int().min(min).max(max).prefault(value).meta({ description, unit: "milliseconds" });

/** How a client proves who it is. Tokens come at run time: none is in the file. */
const Authentication = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("api-key").meta({ description: "The agent's own bearer token." }) }),
  z.strictObject({ kind: z.literal("none").meta({ description: "Not at all." }) }),
  z.strictObject({
    kind: z.literal("basic").meta({ description: "Name and password, for a proxy before the agent." }),
  }),
  z.strictObject({
    kind: z.literal("oauth").meta({ description: "OAuth 2.1 with PKCE." }),
    authorizationEndpoint: Http.meta({
      description: "Where the client asks for a token.",
      example: "https://login.example.com/authorize",
    }),
    clientId: z.string().min(1).meta({ description: "The client's public identifier.", example: "flame-desktop" }),
    scopes: z
      .array(z.string().regex(/^\S+$/, "a scope without blanks"))
      .prefault([])
      .meta({ description: "What the client asks to be allowed.", example: ["turns"] }),
  }),
  z.strictObject({
    kind: z.literal("jwt").meta({ description: "A signed token that another system hands out." }),
    issuer: Http.meta({ description: "Who signs the tokens.", example: "https://login.example.com" }),
  }),
]);

/** What of the agent's work goes on without a connection. */
const Offline = z
  .strictObject({
    enabled: z.boolean().prefault(false).meta({ description: "Whether the client works without a connection at all." }),
    simpleQuestions: z
      .boolean()
      .prefault(true)
      .meta({ description: "Whether it answers simple questions by its own small model." }),
    limitedAnswers: z.boolean().prefault(true).meta({ description: "Whether answers may be shorter than online." }),
    cachedResources: z.boolean().prefault(true).meta({ description: "Whether what was fetched may be read." }),
    editing: z.boolean().prefault(false).meta({ description: "Whether what is fetched may be changed." }),
    actionsThatNeedSync: z
      .array(z.string().regex(/^[a-z][a-z0-9-]*$/, "an action's name in lower case, such as send-mail"))
      .prefault([])
      .meta({ description: "Actions that wait until everything is synchronised.", example: ["send-mail"] }),
    cacheExpires: z.boolean().prefault(true).meta({ description: "Whether what was fetched grows stale." }),
    cacheLifetime: DurationSeconds.prefault("24h").meta({
      description: "Age at which it is stale.",
      unit: "duration",
      example: "24h",
    }),
    operationsMax: z
      .int()
      .min(0)
      .max(100_000)
      .prefault(1000)
      .meta({ description: "Changes that are kept for later.", unit: "changes" }),
  })
  .prefault({});

/** What a desktop or web client's connector does: it reads these from `client.json`. */
export const ClientSettings = z
  .strictObject({
    endpoints: z
      .strictObject({
        api: Http.optional().meta({
          description: "The agent's interface; derived from topology.endpoint, or the first host's address.",
          example: "https://agents.example.com",
        }),
        websocket: Address(/^wss?$/, "a ws or wss address")
          .optional()
          .meta({
            description: "Where events are pushed; turns stream over HTTP where it is left out.",
            example: "wss://agents.example.com/events",
          }),
        metrics: Http.optional().meta({
          description: "Where the client reports its own figures; nowhere where it is left out.",
          example: "https://metrics.example.com",
        }),
      })
      .prefault({}),
    authentication: Authentication.prefault({ kind: "api-key" }),
    token: z
      .strictObject({
        storage: z.enum(["secure-storage", "memory", "file"]).prefault("secure-storage").meta({
          description:
            "Where the client keeps its token: the system's key store, nowhere, or a file of the user's own.",
        }),
        refreshBeforeSeconds: z
          .int()
          .min(0)
          .max(86_400)
          .prefault(300)
          .meta({ description: "Time before its end at which a token is renewed.", unit: "seconds" }),
      })
      .prefault({}),
    connection: z
      .strictObject({
        timeoutMilliseconds: milliseconds("Time in which a connection must stand.", 10_000, 100, 120_000),
        keepAliveSeconds: z
          .int()
          .min(1)
          .max(600)
          .prefault(30)
          .meta({ description: "Time between two signs of life on a quiet connection.", unit: "seconds" }),
        connectionsMax: z
          .int()
          .min(1)
          .max(256)
          .prefault(6)
          .meta({ description: "Connections that one client keeps at once.", unit: "connections" }),
        uploadPerSecond: Bytes.optional().meta({
          description: "Most that a client sends in a second; unbounded where it is left out.",
          unit: "bytes",
          example: "1MiB",
        }),
        downloadPerSecond: Bytes.optional().meta({
          description: "Most that a client receives in a second; unbounded where it is left out.",
          unit: "bytes",
          example: "4MiB",
        }),
      })
      .prefault({}),
    reconnection: z
      .strictObject({
        firstDelayMilliseconds: milliseconds("Pause before the first attempt.", 500, 10, 60_000),
        longestDelayMilliseconds: milliseconds("Longest pause.", 30_000, 10, 3_600_000),
        factor: z
          .number()
          .min(1)
          .max(10)
          .prefault(2)
          .meta({ description: "By which each pause is longer.", unit: "times" }),
        attemptsMax: z
          .int()
          .min(0)
          .max(10_000)
          .prefault(0)
          .meta({ description: "Attempts before the client gives up; 0 is never.", unit: "attempts" }),
        jitter: z.boolean().prefault(true).meta({
          description:
            "Whether each pause is drawn between nothing and its length, so that clients don't return at once.",
        }),
      })
      .prefault({}),
    offline: Offline,
    synchronization: z
      .strictObject({
        onConnect: z.boolean().prefault(true).meta({ description: "Whether it begins with the connection." }),
        offlineChanges: z
          .enum(["queue", "merge", "overwrite"])
          .prefault("queue")
          .meta({ description: "What becomes of changes made offline: sent in order, merged, or written over." }),
        conflicts: z
          .enum(["server", "client", "manual", "timestamp"])
          .prefault("server")
          .meta({ description: "Who is right where both sides changed the same." }),
        first: z
          .array(z.string().regex(/^[a-z][a-z0-9-]*$/, "a kind of data in lower case, such as threads"))
          .prefault(["threads"])
          .meta({ description: "Kinds of data that are synchronised first.", example: ["threads"] }),
      })
      .prefault({}),
    proxy: z
      .strictObject({
        enabled: z.boolean().prefault(true).meta({ description: "Whether the connector serves the app on loopback." }),
        port: UnprivilegedPort.prefault(4110).meta({ description: "Its port on loopback." }),
        cache: z
          .enum(["none", "memory", "disk"])
          .prefault("memory")
          .meta({ description: "Where answers that may be repeated are kept; turns never are." }),
        cacheMax: bytesBetween("1MiB").prefault("256MiB").meta({
          description: "Most that the cache holds.",
          unit: "bytes",
          example: "256MiB",
        }),
      })
      .prefault({}),
    security: z
      .strictObject({
        encryptStorage: z.boolean().prefault(true).meta({ description: "Whether what is kept on disk is encrypted." }),
        pinCertificates: z
          .boolean()
          .prefault(false)
          .meta({ description: "Whether only certificates of trustedAuthorities are believed." }),
        trustedAuthorities: z
          .array(
            z
              .string()
              .regex(/^[A-Za-z0-9+/]{43}=$/, "the SHA-256 of a public key in Base64, as HPKP and curl write it"),
          )
          .prefault([])
          .meta({
            description:
              "Public keys (SHA-256, Base64) of the authorities that are believed; the system's where it is empty.",
            example: ["r/mIkG3eEpVdm+u/ko/cwxzOMo1bk4TyHIlByibiA5E="],
          }),
      })
      .prefault({}),
  })
  .prefault({})
  .superRefine(({ reconnection, security, endpoints }, context) => {
    if (reconnection.firstDelayMilliseconds > reconnection.longestDelayMilliseconds) {
      refuse(context, {
        path: ["reconnection", "firstDelayMilliseconds"],
        allowed: `at most longestDelayMilliseconds, which is ${reconnection.longestDelayMilliseconds}`,
        mend: "lower firstDelayMilliseconds or raise longestDelayMilliseconds",
      });
    }
    if (security.pinCertificates && security.trustedAuthorities.length === 0) {
      refuse(context, {
        path: ["security", "trustedAuthorities"],
        allowed: "at least one key while pinCertificates is true: else nothing would be believed",
        mend: "name the authorities' keys, or set pinCertificates to false",
      });
    }
    if (security.pinCertificates && endpoints.api?.startsWith("http:")) {
      refuse(context, {
        path: ["endpoints", "api"],
        allowed: "an https address while certificates are pinned",
        mend: "write https, or set security.pinCertificates to false",
      });
    }
  });

export type ClientSettings = z.output<typeof ClientSettings>;
