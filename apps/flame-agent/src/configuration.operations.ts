import type { z } from "zod";
import { amount, list, refuse, secret, secretFile, webUrl, whole, withoutEndSlashes } from "./configuration.fields.ts";

/** `small@https://models.example/v1`, or `offline`. */
function fallbacks() {
  return list("a model", (value, context): Fallback => {
    if (value === "offline") return { kind: "offline" };
    const [, name, address] = /^([^@]+)@(https?:\/\/[^@?#]+)$/.exec(value) ?? [];
    if (name && address && URL.canParse(address)) {
      return { kind: "openai-compatible", name, baseUrl: withoutEndSlashes(address) };
    }
    // What stands there may hold a key by mistake: only the part before the address is told.
    return refuse(
      context,
      `${value.replace(/@.*/, "@…")}`,
      "offline, or a model and its address without credentials, such as small@https://models.example/v1",
    );
  });
}

/** A model that is asked when the ones before it fail. */
type Fallback =
  | { readonly kind: "offline" }
  | { readonly kind: "openai-compatible"; readonly name: string; readonly baseUrl: string };

/** What an embedded database is known to hold of one turn: a statement writes it about twice, and takes 8 MiB. */
const ANSWER_LIMIT_MAX_KIB = 2_048;

/** Variables of how the agent is watched, what it refuses under pressure, and what it does when a model fails. */
export const OperationsVariables = {
  FLAME_MODEL_FALLBACKS: fallbacks()
    .optional()
    .describe(
      "Models to ask, in order, when the first fails: `small@https://models.example/v1,offline`. `offline` is the built-in one.",
    ),
  FLAME_MODEL_FALLBACK_API_KEYS: secret()
    .optional()
    .describe("Their keys in the same order, with commas between them; nothing between two commas: no key."),
  FLAME_MODEL_FALLBACK_API_KEYS_FILE: secretFile().optional().describe("File that holds these keys instead."),
  FLAME_MODEL_FIRST_TOKEN_SECONDS: whole({ min: 1, max: 3_600 })
    .default(30)
    .describe("How long a model may take to its first token, in seconds; then the next one is asked."),
  FLAME_MODEL_RETRIES: whole({ min: 0, max: 10 })
    .default(2)
    .describe("How often the models are asked again where none began an answer (429, 5xx, unreachable); 0: never."),
  FLAME_MODEL_RETRY_SECONDS: whole({ min: 1, max: 3_600 })
    .default(20)
    .describe(
      "Longest pause before that, in seconds, below the longest turn; a model that asks for more (`Retry-After`) isn't asked again.",
    ),
  FLAME_MODEL_BREAKER_FAILURES: whole({ min: 1, max: 1_000 })
    .default(5)
    .describe("Failures in a row after which a model isn't asked any more for a while."),
  FLAME_MODEL_BREAKER_SECONDS: whole({ min: 1, max: 3_600 })
    .default(30)
    .describe("Length of that while, in seconds; then one call tries whether it is back."),
  FLAME_MODEL_INPUT_PRICE: amount()
    .default(0)
    .describe("Price of a million input tokens, in any one currency; for the cost metrics."),
  FLAME_MODEL_OUTPUT_PRICE: amount().default(0).describe("Price of a million output tokens, in the same currency."),
  FLAME_ANSWER_LIMIT_KIB: whole({ min: 16, max: ANSWER_LIMIT_MAX_KIB })
    .default(1_024)
    .describe(
      "Most that one turn's answer takes with its tools' calls and results, in KiB of JSON; a turn that passes it is stopped.",
    ),
  FLAME_SHED_MEMORY_PERCENT: whole({ min: 1, max: 100 })
    .default(92)
    .describe("Share of the memory limit (the container's, else the machine's) above which requests get 503."),
  FLAME_SHED_EVENT_LOOP_MILLISECONDS: whole({ min: 10, max: 60_000 })
    .default(1_000)
    .describe(
      "Delay of the event loop above which, for a second, requests get 503, in milliseconds (99th percentile).",
    ),
  FLAME_OTLP_ENDPOINT: webUrl({ keyVariable: "FLAME_OTLP_TOKEN_FILE" })
    .optional()
    .describe("Collector that gets traces by OTLP over HTTP, such as `http://collector:4318`; none without it."),
  FLAME_OTLP_TOKEN: secret().optional().describe("Bearer token for that collector; none is sent without it."),
  FLAME_OTLP_TOKEN_FILE: secretFile().optional().describe("File that holds the collector's token instead."),
  FLAME_TRACE_PERCENT: whole({ min: 0, max: 100 })
    .default(100)
    .describe("Share of requests that are traced, in percent; a caller's own decision (`traceparent`) goes first."),
};

type Variables = z.output<z.ZodObject<typeof OperationsVariables>>;

/** What is done when a model fails, and what its answers cost. */
export interface ModelCareConfiguration {
  readonly fallbacks: readonly (Fallback & { readonly apiKey?: string })[];
  readonly firstTokenSeconds: number;
  /** How often the models are asked again, and the longest pause before that, in seconds. */
  readonly retries: number;
  readonly retrySeconds: number;
  readonly breakerFailures: number;
  readonly breakerSeconds: number;
  /** Most that one turn's answer takes with its tools' calls and results. */
  readonly answerLimitKiB: number;
  /** Prices of a million tokens. */
  readonly inputPrice: number;
  readonly outputPrice: number;
}

/** How the agent is watched, and what it refuses under pressure. */
export interface OperationsConfiguration {
  readonly modelCare: ModelCareConfiguration;
  readonly shed: { readonly memoryPercent: number; readonly eventLoopMilliseconds: number };
  /** `undefined`: nothing is traced. */
  readonly traces:
    | { readonly endpoint: string; readonly token: string | undefined; readonly percent: number }
    | undefined;
}

export function operationsConfiguration(
  variables: Variables,
  secrets: { readonly fallbackApiKeys: string | undefined; readonly otlpToken: string | undefined },
  turnMaxSeconds: number,
): OperationsConfiguration {
  const keys = secrets.fallbackApiKeys?.split(",") ?? [];
  return {
    modelCare: {
      fallbacks: (variables.FLAME_MODEL_FALLBACKS ?? []).map((fallback, index) => ({
        ...fallback,
        apiKey: keys[index] || undefined,
      })),
      firstTokenSeconds: variables.FLAME_MODEL_FIRST_TOKEN_SECONDS,
      retries: variables.FLAME_MODEL_RETRIES,
      // Only the default can be above the longest turn: one that is given is refused.
      retrySeconds: Math.min(variables.FLAME_MODEL_RETRY_SECONDS, turnMaxSeconds),
      breakerFailures: variables.FLAME_MODEL_BREAKER_FAILURES,
      breakerSeconds: variables.FLAME_MODEL_BREAKER_SECONDS,
      answerLimitKiB: variables.FLAME_ANSWER_LIMIT_KIB,
      inputPrice: variables.FLAME_MODEL_INPUT_PRICE,
      outputPrice: variables.FLAME_MODEL_OUTPUT_PRICE,
    },
    shed: {
      memoryPercent: variables.FLAME_SHED_MEMORY_PERCENT,
      eventLoopMilliseconds: variables.FLAME_SHED_EVENT_LOOP_MILLISECONDS,
    },
    traces: variables.FLAME_OTLP_ENDPOINT
      ? { endpoint: variables.FLAME_OTLP_ENDPOINT, token: secrets.otlpToken, percent: variables.FLAME_TRACE_PERCENT }
      : undefined,
  };
}
