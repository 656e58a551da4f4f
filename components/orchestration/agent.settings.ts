import { z } from "zod";
import {
  bytesBetween,
  CronExpression,
  ImageReference,
  Port,
  refuse,
  SecretReference,
  UnprivilegedPort,
  versions,
} from "../core/index.ts";
import {
  AllowedHosts,
  AllowedOrigins,
  Authentication,
  FallbackModel,
  Fetching,
  Overload,
  RequestRate,
  Tracing,
} from "./agent.access.settings.ts";
import {
  AgentResources,
  DatabaseResources,
  EnvironmentVariables,
  HostFolder,
  healthCheckWith,
  Logging,
  PublishedPort,
  RestartPolicy,
} from "./container.settings.ts";

/** Variables that the blueprint sets itself. */
const OWN_VARIABLES = /^FLAME_|^MASTRA_TELEMETRY_DISABLED$/;

const DatabaseName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,62}$/, "lower-case letters, digits and underscores, at most 63");

/** Where the agent keeps conversations. */
const Database = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("embedded").meta({ description: "PGlite inside the agent's process, on the topology's storage." }),
  }),
  z.strictObject({
    kind: z.literal("postgresql").meta({ description: "A PostgreSQL container with pgvector beside the agent." }),
    image: ImageReference.prefault(versions.images.postgresql).meta({
      description: "Image of PostgreSQL 16 or later with pgvector 0.8 or later.",
    }),
    name: DatabaseName.prefault("flame").meta({
      description: "Name of the database and of its user.",
      example: "flame",
    }),
    password: SecretReference.optional().meta({
      description: "Secret with the password; a random one is made where it is left out.",
    }),
    volumeName: z
      .string()
      .regex(
        /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,62}$/,
        "2 to 63 letters, digits, _ . and -, beginning with a letter or digit",
      )
      .optional()
      .meta({
        description: "Volume that holds the database; `flame-<environment>-postgresql` where it is left out.",
        example: "flame-postgresql",
      }),
    resources: DatabaseResources,
  }),
  z.strictObject({
    kind: z.literal("external").meta({ description: "A PostgreSQL server with pgvector that exists already." }),
    host: z
      .string()
      .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/, "a host name or an IPv4 address")
      .meta({ description: "Its host, as containers reach it.", example: "database.example.com" }),
    port: Port.prefault(5432).meta({ description: "Its port." }),
    name: DatabaseName.prefault("flame").meta({ description: "Name of the database.", example: "flame" }),
    user: DatabaseName.prefault("flame").meta({ description: "User that owns it.", example: "flame" }),
    password: SecretReference.meta({ description: "Secret with the user's password." }),
  }),
]);

/** Which language model answers. */
const Model = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z
      .literal("offline")
      .meta({ description: "The deterministic model that is built in: no account, no network." }),
    tokensPerSecond: z
      .int()
      .min(1)
      .max(10_000)
      .prefault(50)
      .meta({ description: "Pace of an answer.", unit: "tokens per second" }),
  }),
  z.strictObject({
    kind: z.literal("openai-compatible").meta({ description: "Any endpoint that speaks OpenAI's chat interface." }),
    baseUrl: z
      .url({
        protocol: /^https?$/,
        error: "an http or https address, such as https://models.example/v1",
        abort: true,
      })
      .refine(
        (text) => /^https?:\/\/[^@?#\s]+$/.test(text),
        "an address without credentials, query or fragment: the key belongs in agent.model.apiKey",
      )
      .meta({ description: "Address of the endpoint.", example: "https://models.example/v1" }),
    name: z.string().min(1).meta({ description: "Model to ask for.", example: "gpt-5-mini" }),
    apiKey: SecretReference.meta({ description: "Secret with the endpoint's key." }),
    fallbacks: z
      .array(FallbackModel)
      .prefault([])
      .meta({ description: "Models to ask, in order, when this one fails before its first word." }),
    fallbackApiKeys: SecretReference.optional().meta({
      description: "Secret with their keys in the same order, with commas between them.",
    }),
    prices: z
      .strictObject({
        input: z
          .number()
          .min(0)
          .max(1_000_000)
          .prefault(0)
          .meta({ description: "Price of input, for the cost metrics.", unit: "currency per million tokens" }),
        output: z
          .number()
          .min(0)
          .max(1_000_000)
          .prefault(0)
          .meta({ description: "Price of output, in the same currency.", unit: "currency per million tokens" }),
      })
      .prefault({}),
  }),
]);

/** How a new image of the same tag reaches the desktop. */
const Updates = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("manual").meta({ description: "Only by a deployment." }) }),
  z.strictObject({
    kind: z.literal("automatic").meta({
      description:
        "Pulled and restarted by Podman's auto-update, which sees the units that systemd starts (blueprint render) and no container that Pulumi makes.",
    }),
    schedule: CronExpression.meta({
      description: "When to look for one, in the host's local time.",
      example: "30 3 * * 0",
    }),
  }),
]);

/** The flame agent: image, ports, health, resources, database and model. */
export const AgentSettings = z
  .strictObject({
    image: ImageReference.prefault(versions.images.flameAgent).meta({
      description: "Image of the flame agent; localhost/ means the engine's own store.",
    }),
    updates: Updates.prefault({ kind: "manual" }),
    ports: z
      .array(PublishedPort)
      .min(1)
      .prefault([{ hostPort: 4111 }])
      .meta({ description: "Published ports; the first one is the agent's HTTP interface." }),
    authentication: Authentication.prefault({ kind: "none" }),
    requestRate: RequestRate.prefault({}),
    allowedOrigins: AllowedOrigins,
    allowedHosts: AllowedHosts,
    fetching: Fetching.prefault({ kind: "none" }),
    overload: Overload.prefault({}),
    tracing: Tracing.prefault({ kind: "none" }),
    volumes: z.array(HostFolder).prefault([]).meta({ description: "Further folders of the host." }),
    environment: EnvironmentVariables.prefault({}).meta({
      description: "Further environment variables; FLAME_ names are the blueprint's.",
      example: { TZ: "Europe/Berlin" },
    }),
    healthCheck: healthCheckWith(["node", "/app/apps/flame-agent/src/health-check.ts"]),
    restart: RestartPolicy.prefault({ kind: "unless-stopped" }),
    logging: Logging.prefault({ kind: "file" }),
    logLevel: z
      .enum(["debug", "info", "warn", "error"])
      .prefault("info")
      .meta({ description: "Least severe message that is logged." }),
    resources: AgentResources,
    database: Database.prefault({ kind: "embedded" }),
    model: Model.prefault({ kind: "offline" }),
    memory: z
      .strictObject({
        lastMessages: z
          .int()
          .min(1)
          .max(1000)
          .prefault(20)
          .meta({ description: "Messages of the conversation that the agent sees.", unit: "messages" }),
      })
      .prefault({}),
    threadWaitSeconds: z.int().min(0).max(3600).prefault(30).meta({
      description:
        "How long a turn waits while another one has its conversation, on any replica, before it is refused; 0: it is refused at once. It counts into turns.maxSeconds.",
      unit: "seconds",
    }),
    requestBodyLimit: bytesBetween("1KiB", "1GiB").prefault("1MiB").meta({
      description: "Largest request that is read.",
      unit: "bytes",
      example: "1MiB",
    }),
  })
  .superRefine((agent, context) => {
    const open = agent.ports.findIndex((port) => !port.address.startsWith("127."));
    if (open >= 0 && agent.authentication.kind === "none") {
      refuse(context, {
        path: ["ports", open, "address"],
        allowed: "an address in 127.0.0.0/8 while agent.authentication.kind is none",
        mend: 'set agent.authentication to { kind: bearer, token: { secret: … } }, or address to "127.0.0.1"',
      });
    }
    if (agent.model.kind === "openai-compatible" && agent.model.fallbackApiKeys && !agent.model.fallbacks.length) {
      refuse(context, {
        path: ["model", "fallbackApiKeys"],
        allowed: "left out while agent.model.fallbacks has no model",
        mend: "name the models in agent.model.fallbacks, or remove the keys",
      });
    }
    if (agent.ports[0]?.protocol === "udp") {
      refuse(context, {
        path: ["ports", 0, "protocol"],
        allowed: "tcp for the first port, which is the agent's HTTP interface",
        mend: "put the HTTP port first and the udp port after it",
      });
    }
    const own = agent.ports[0];
    if (own && !UnprivilegedPort.safeParse(own.containerPort).success) {
      refuse(context, {
        path: ["ports", 0, "containerPort"],
        allowed: "1024 or more for the first port: the agent runs without the privilege to open a lower one",
        mend: "choose a higher containerPort; hostPort may be any",
      });
    }
    for (const name of Object.keys(agent.environment).filter((key) => OWN_VARIABLES.test(key))) {
      refuse(context, {
        path: ["environment", name],
        allowed: "names that don't begin with FLAME_, and not MASTRA_TELEMETRY_DISABLED, which is always 1",
        mend: "remove it and use the setting that stands for it (docs/settings.md, agent)",
      });
    }
    if (agent.updates.kind === "automatic" && agent.image.digest !== undefined) {
      refuse(context, {
        path: ["updates", "kind"],
        allowed: "manual while agent.image is pinned by a digest, which never changes",
        mend: "set updates.kind to manual, or name agent.image by its tag",
      });
    }
    if (agent.updates.kind === "automatic" && agent.image.registry === "localhost") {
      refuse(context, {
        path: ["updates", "kind"],
        allowed: "manual while agent.image lives in the engine's own store",
        mend: "set updates.kind to manual, or agent.image to an image in a registry",
      });
    }
  });

export type AgentSettings = z.output<typeof AgentSettings>;
export type PostgresqlSettings = Extract<AgentSettings["database"], { kind: "postgresql" }>;
