import { readFileSync } from "node:fs";
import type { z } from "zod";
import { type ChatConfiguration, chatConfiguration } from "./configuration.chat.ts";
import { combinationProblems } from "./configuration.combinations.ts";
import { type FetchingConfiguration, fetchingConfiguration } from "./configuration.fetching.ts";
import { type OperationsConfiguration, operationsConfiguration } from "./configuration.operations.ts";
import { type SecurityConfiguration, securityConfiguration } from "./configuration.security.ts";
import { Environment } from "./configuration.variables.ts";

export type { ChatConfiguration, EmbeddingConfiguration } from "./configuration.chat.ts";

type Variables = z.output<typeof Environment>;
type Raw = Readonly<Record<string, string | undefined>>;

/** Where threads and messages live. */
export type DatabaseConfiguration =
  | { readonly kind: "embedded" /** `undefined`: in memory. */; readonly folder: string | undefined }
  | {
      readonly kind: "postgresql";
      readonly host: string;
      readonly port: number;
      readonly name: string;
      readonly user: string;
      readonly password: string;
      readonly tls: "disable" | "require" | "verify-full";
      /** Connections at most. */
      readonly poolSize: number;
      readonly statementTimeoutSeconds: number;
    };

/** The language model that answers. */
export type ModelConfiguration =
  | { readonly kind: "offline"; readonly tokensPerSecond: number }
  | {
      readonly kind: "openai-compatible";
      readonly baseUrl: string;
      readonly name: string;
      readonly apiKey: string | undefined;
    };

/** Everything the agent needs to start, checked. */
export interface Configuration {
  readonly host: string;
  readonly port: number;
  readonly database: DatabaseConfiguration;
  readonly model: ModelConfiguration;
  /** `undefined`: routes are open. */
  readonly accessToken: string | undefined;
  readonly turnMaxSeconds: number;
  readonly turnHeartbeatSeconds: number;
  readonly drainSeconds: number;
  readonly metricsPath: string;
  readonly logLevel: string;
  readonly bodyLimitKiB: number;
  readonly memoryLastMessages: number;
  readonly chat: ChatConfiguration;
  readonly security: SecurityConfiguration;
  readonly fetching: FetchingConfiguration;
  readonly operations: OperationsConfiguration;
}

/** The environment is wrong; `problems` names every variable that is, and how to mend it. */
export class ConfigurationError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The environment has ${problems.length} problem${problems.length === 1 ? "" : "s"}:\n  ${problems.join("\n  ")}`,
    );
    this.name = "ConfigurationError";
    this.problems = problems;
  }
}

/** Seconds that a drain has above the longest turn: to end the response and close the database. */
const DRAIN_MARGIN_SECONDS = 5;

/** Parses the environment once; every problem is in the error, and no secret's value is. */
export function parseConfiguration(environment: Raw): Configuration {
  const raw = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith("FLAME_")));
  const parsed = Environment.safeParse(raw);
  const problems = [...fieldProblems(parsed.error), ...combinationProblems(raw)];
  const secrets = {
    databasePassword: readSecret(raw, "FLAME_DATABASE_PASSWORD", problems),
    modelApiKey: readSecret(raw, "FLAME_MODEL_API_KEY", problems),
    accessToken: readSecret(raw, "FLAME_ACCESS_TOKEN", problems),
    embeddingApiKey: readSecret(raw, "FLAME_EMBEDDING_API_KEY", problems),
    tenantTokens: readSecret(raw, "FLAME_TENANT_TOKENS", problems),
    fallbackApiKeys: readSecret(raw, "FLAME_MODEL_FALLBACK_API_KEYS", problems),
    otlpToken: readSecret(raw, "FLAME_OTLP_TOKEN", problems),
  };

  if (parsed.data?.FLAME_DRAIN_SECONDS && parsed.data.FLAME_DRAIN_SECONDS < parsed.data.FLAME_TURN_MAX_SECONDS) {
    const turnMax = parsed.data.FLAME_TURN_MAX_SECONDS;
    problems.push(
      `FLAME_DRAIN_SECONDS: "${raw.FLAME_DRAIN_SECONDS}" would cut turns of up to ${turnMax} s; allowed: ${turnMax} or more; fix: set ${turnMax + DRAIN_MARGIN_SECONDS}, leave it out, or lower FLAME_TURN_MAX_SECONDS`,
    );
  }
  const { FLAME_MODEL_RETRY_SECONDS: retrySeconds = 0, FLAME_TURN_MAX_SECONDS: turnMax = 0 } = parsed.data ?? {};
  if (raw.FLAME_MODEL_RETRY_SECONDS !== undefined && parsed.success && retrySeconds >= turnMax) {
    problems.push(
      `FLAME_MODEL_RETRY_SECONDS: "${raw.FLAME_MODEL_RETRY_SECONDS}" is no pause that a turn of ${turnMax} s survives; allowed: below ${turnMax}; fix: lower it, leave it out, or raise FLAME_TURN_MAX_SECONDS`,
    );
  }
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);
  return assemble(parsed.data, secrets);
}

function assemble(
  variables: Variables,
  secrets: Readonly<
    Record<
      | "databasePassword"
      | "modelApiKey"
      | "accessToken"
      | "embeddingApiKey"
      | "tenantTokens"
      | "fallbackApiKeys"
      | "otlpToken",
      string | undefined
    >
  >,
): Configuration {
  const turnMaxSeconds = variables.FLAME_TURN_MAX_SECONDS;
  return {
    host: variables.FLAME_HOST,
    port: variables.FLAME_PORT,
    database: variables.FLAME_DATABASE_URL
      ? {
          kind: "postgresql",
          ...variables.FLAME_DATABASE_URL,
          password: secrets.databasePassword ?? "",
          poolSize: variables.FLAME_DATABASE_POOL_SIZE,
          statementTimeoutSeconds: variables.FLAME_DATABASE_STATEMENT_TIMEOUT_SECONDS,
        }
      : { kind: "embedded", folder: variables.FLAME_DATA_FOLDER },
    model:
      variables.FLAME_MODEL_BASE_URL && variables.FLAME_MODEL_NAME
        ? {
            kind: "openai-compatible",
            baseUrl: variables.FLAME_MODEL_BASE_URL,
            name: variables.FLAME_MODEL_NAME,
            apiKey: secrets.modelApiKey,
          }
        : { kind: "offline", tokensPerSecond: variables.FLAME_MODEL_TOKENS_PER_SECOND },
    accessToken: secrets.accessToken,
    turnMaxSeconds,
    turnHeartbeatSeconds: variables.FLAME_TURN_HEARTBEAT_SECONDS,
    drainSeconds: variables.FLAME_DRAIN_SECONDS ?? turnMaxSeconds + DRAIN_MARGIN_SECONDS,
    metricsPath: variables.FLAME_METRICS_PATH,
    logLevel: variables.FLAME_LOG_LEVEL,
    bodyLimitKiB: variables.FLAME_BODY_LIMIT_KIB,
    memoryLastMessages: variables.FLAME_MEMORY_LAST_MESSAGES,
    chat: chatConfiguration(variables, secrets.embeddingApiKey),
    security: securityConfiguration(variables, secrets.tenantTokens),
    fetching: fetchingConfiguration(variables),
    operations: operationsConfiguration(variables, secrets, turnMaxSeconds),
  };
}

function fieldProblems(error: z.ZodError | undefined): string[] {
  return (error?.issues ?? []).flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map(
          (name) =>
            `${name}: unknown variable; allowed: ${Object.keys(Environment.shape).join(", ")}; fix: correct its name or remove it`,
        )
      : [`${issue.path.join(".")}: ${issue.message}`],
  );
}

type SecretName =
  | "FLAME_DATABASE_PASSWORD"
  | "FLAME_MODEL_API_KEY"
  | "FLAME_ACCESS_TOKEN"
  | "FLAME_EMBEDDING_API_KEY"
  | "FLAME_TENANT_TOKENS"
  | "FLAME_MODEL_FALLBACK_API_KEYS"
  | "FLAME_OTLP_TOKEN";

/** The secret, from the variable or from the file that its `_FILE` twin names (a final line break is dropped). */
function readSecret(raw: Raw, name: SecretName, problems: string[]): string | undefined {
  const file = raw[`${name}_FILE`];
  if (file === undefined) return raw[name];
  if (raw[name] !== undefined) {
    problems.push(`${name}: set together with ${name}_FILE; allowed: one of the two; fix: remove one`);
    return undefined;
  }
  try {
    const value = readFileSync(file, "utf8").replace(/\r?\n$/, "");
    const checked = Environment.shape[name].safeParse(value);
    if (checked.success) return value;
    problems.push(`${name}_FILE: what "${file}" holds ${checked.error.issues[0]?.message}`);
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    problems.push(
      `${name}_FILE: "${file}" can't be read (${reason}); allowed: a readable file; fix: mount the secret there or correct the path`,
    );
  }
  return undefined;
}
