import { z } from "zod";

const Authentication = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("api-key") }),
  z.strictObject({ kind: z.literal("none") }),
  z.strictObject({ kind: z.literal("basic") }),
  z.strictObject({
    kind: z.literal("oauth"),
    authorizationEndpoint: z.string(),
    clientId: z.string(),
    scopes: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal("jwt"), issuer: z.string() }),
]);

/** Shape of `client.json`, which a client's connector reads; published as docs/schema/client.schema.json. */
export const ClientFile = z
  .strictObject({
    formatVersion: z.int(),
    environment: z.string(),
    endpoints: z.strictObject({
      api: z.string(),
      websocket: z.string().nullable(),
      metrics: z.string().nullable(),
      turnPath: z.string(),
      healthPath: z.string(),
      readyPath: z.string(),
      metricsPath: z.string(),
    }),
    authentication: Authentication,
    token: z.strictObject({
      storage: z.enum(["secure-storage", "memory", "file"]),
      refreshBeforeSeconds: z.int(),
    }),
    connection: z.strictObject({
      timeoutMilliseconds: z.int(),
      keepAliveSeconds: z.int(),
      connectionsMax: z.int(),
      uploadBytesPerSecond: z.number().nullable(),
      downloadBytesPerSecond: z.number().nullable(),
      readTimeoutSeconds: z.int(),
    }),
    reconnection: z.strictObject({
      firstDelayMilliseconds: z.int(),
      longestDelayMilliseconds: z.int(),
      factor: z.number(),
      attemptsMax: z.int(),
      jitter: z.boolean(),
    }),
    offline: z.strictObject({
      enabled: z.boolean(),
      simpleQuestions: z.boolean(),
      limitedAnswers: z.boolean(),
      cachedResources: z.boolean(),
      editing: z.boolean(),
      actionsThatNeedSync: z.array(z.string()),
      cacheLifetimeSeconds: z.int().nullable(),
      operationsMax: z.int(),
    }),
    synchronization: z.strictObject({
      onConnect: z.boolean(),
      offlineChanges: z.enum(["queue", "merge", "overwrite"]),
      conflicts: z.enum(["server", "client", "manual", "timestamp"]),
      first: z.array(z.string()),
    }),
    proxy: z.strictObject({
      enabled: z.boolean(),
      port: z.int(),
      cache: z.enum(["none", "memory", "disk"]),
      cacheMaxBytes: z.number(),
      bufferResponses: z.literal(false),
    }),
    security: z.strictObject({
      encryptStorage: z.boolean(),
      pinCertificates: z.boolean(),
      trustedAuthorities: z.array(z.string()),
    }),
  })
  .meta({ title: "client.json", description: "What a client of a remote server needs to know. No secret is in it." });

export type ClientFile = z.output<typeof ClientFile>;
