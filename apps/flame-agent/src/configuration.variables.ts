import { z } from "zod";
import { ChatVariables } from "./configuration.chat.ts";
import { FetchingVariables } from "./configuration.fetching.ts";
import { choice, databaseUrl, metricsPath, secret, secretFile, text, webUrl, whole } from "./configuration.fields.ts";
import { OperationsVariables } from "./configuration.operations.ts";
import { SecurityVariables } from "./configuration.security.ts";

/**
 * Every environment variable that the agent understands. The descriptions here are the ones of the README's table.
 * A variable that begins with `FLAME_` and is not listed is refused.
 */
export const Environment = z.strictObject({
  FLAME_HOST: text("an address or host name")
    .default("127.0.0.1")
    .describe("Address to listen on; `0.0.0.0` in a container."),
  FLAME_PORT: whole({ min: 0, max: 65_535 })
    .default(4111)
    .describe("Port to listen on; 0 takes a free one and logs it."),
  FLAME_DATABASE: choice(["embedded", "postgresql"])
    .default("embedded")
    .describe("Where threads and messages live: PGlite in this process, or a PostgreSQL server."),
  FLAME_DATA_FOLDER: text("a folder's path")
    .optional()
    .describe("Folder of the embedded database; without it, data live in memory only."),
  FLAME_DATABASE_URL: databaseUrl()
    .optional()
    .describe("`postgresql://user@host:port/name`, without a password; `?sslmode=` disable, require or verify-full."),
  FLAME_DATABASE_PASSWORD: secret().optional().describe("Password of the PostgreSQL user."),
  FLAME_DATABASE_PASSWORD_FILE: secretFile().optional().describe("File that holds the password instead."),
  FLAME_DATABASE_POOL_SIZE: whole({ min: 2, max: 200 })
    .default(20)
    .describe("Connections to the PostgreSQL server at most."),
  FLAME_DATABASE_STATEMENT_TIMEOUT_SECONDS: whole({ min: 1, max: 3_600 })
    .default(30)
    .describe("Longest that the PostgreSQL server works on one statement, in seconds."),
  FLAME_MODEL: choice(["offline", "openai-compatible"])
    .default("offline")
    .describe("The language model: the deterministic one built in, or a server that speaks OpenAI's chat protocol."),
  FLAME_MODEL_TOKENS_PER_SECOND: whole({ min: 1, max: 10_000 })
    .default(50)
    .describe("Pace of the offline model, in tokens a second."),
  FLAME_MODEL_BASE_URL: webUrl({ keyVariable: "FLAME_MODEL_API_KEY_FILE" })
    .optional()
    .describe("Address of the OpenAI-compatible server, such as `https://models.example/v1`."),
  FLAME_MODEL_NAME: text("the name of a model").optional().describe("Model to ask that server for."),
  FLAME_MODEL_API_KEY: secret().optional().describe("Key for that server; none is sent without it."),
  FLAME_MODEL_API_KEY_FILE: secretFile().optional().describe("File that holds the key instead."),
  ...SecurityVariables,
  ...FetchingVariables,
  FLAME_TURN_MAX_SECONDS: whole({ min: 1, max: 86_400 })
    .default(180)
    .describe("Longest a turn may take, in seconds; a longer one is aborted with an error event."),
  FLAME_TURN_HEARTBEAT_SECONDS: whole({ min: 1, max: 300 })
    .default(15)
    .describe(
      "Silence in an event stream after which a comment line goes out, in seconds; every proxy must allow more.",
    ),
  FLAME_DRAIN_SECONDS: whole({ min: 1, max: 90_000 })
    .optional()
    .describe(
      "How long a shutdown waits for running turns, in seconds; not below the longest turn. Default: the longest turn and 5 s, so 185.",
    ),
  FLAME_METRICS_PATH: metricsPath().default("/metrics").describe("Path of the Prometheus metrics."),
  FLAME_LOG_LEVEL: choice(["trace", "debug", "info", "warn", "error", "fatal", "silent"])
    .default("info")
    .describe("Least severe level that is logged."),
  FLAME_MEMORY_LAST_MESSAGES: whole({ min: 1, max: 1_000 })
    .default(20)
    .describe("How many of a thread's messages the agent sees."),
  ...ChatVariables,
  ...OperationsVariables,
});

export type VariableName = keyof typeof Environment.shape;
