import type { z } from "zod";
import { choice, fraction, secret, secretFile, text, webUrl, whole } from "./configuration.fields.ts";

/** Variables of what a turn knows and keeps: memory, knowledge, cache, approvals. */
export const ChatVariables = {
  FLAME_MEMORY_TOKEN_BUDGET: whole({ min: 200, max: 1_000_000 })
    .default(8_000)
    .describe("Tokens of those messages that the agent sees word by word; older ones are summarised."),
  FLAME_EMBEDDING: choice(["offline", "openai-compatible"])
    .default("offline")
    .describe(
      "What turns text into vectors: hashed n-grams in this process, or a server that speaks OpenAI's protocol.",
    ),
  FLAME_EMBEDDING_BASE_URL: webUrl({ keyVariable: "FLAME_EMBEDDING_API_KEY_FILE" })
    .optional()
    .describe("Address of the OpenAI-compatible embedding server, such as `https://models.example/v1`."),
  FLAME_EMBEDDING_NAME: text("the name of an embedding model").optional().describe("Embedding model to ask for."),
  FLAME_EMBEDDING_DIMENSIONS: whole({ min: 2, max: 2_000 })
    .optional()
    .describe("Length of that model's vectors; an index of PostgreSQL takes at most 2,000."),
  FLAME_EMBEDDING_API_KEY: secret().optional().describe("Key for the embedding server; none is sent without it."),
  FLAME_EMBEDDING_API_KEY_FILE: secretFile().optional().describe("File that holds that key instead."),
  FLAME_RETRIEVAL_PASSAGES: whole({ min: 0, max: 20 })
    .default(4)
    .describe("Passages of the tenant's documents that a question may bring along; 0 turns retrieval off."),
  FLAME_RETRIEVAL_SIMILARITY: fraction({ min: 0, max: 1 })
    .default(0.2)
    .describe("Least cosine similarity of a passage to the question, from 0 to 1."),
  FLAME_CACHE_SIMILARITY: fraction({ min: 0.5, max: 1 })
    .default(0.95)
    .describe("Least cosine similarity at which an earlier question's answer is given again, from 0.5 to 1."),
  FLAME_CACHE_TTL_SECONDS: whole({ min: 0, max: 2_592_000 })
    .default(3_600)
    .describe("How long an answer may be given again, in seconds; 0 turns the cache off."),
  FLAME_APPROVAL_TTL_SECONDS: whole({ min: 1, max: 2_592_000 })
    .default(86_400)
    .describe("How long a tool call waits for approval, in seconds; then it expires and its turn fails."),
  FLAME_TURN_RETENTION_DAYS: whole({ min: 1, max: 3_650 })
    .default(30)
    .describe("How long the record of an ended turn and its approvals is kept, in days."),
  FLAME_TURN_RECONNECT_SECONDS: whole({ min: 0, max: 3_600 })
    .default(30)
    .describe("How long a turn goes on that no client follows, in seconds; then it is cancelled. 0: at once."),
  FLAME_THREAD_WAIT_SECONDS: whole({ min: 0, max: 3_600 })
    .default(30)
    .describe(
      "How long a turn waits while another one has its thread, on any instance, in seconds; then 409. 0: it is refused at once.",
    ),
  FLAME_TURN_EVENTS_SECONDS: whole({ min: 1, max: 2_592_000 })
    .default(600)
    .describe("How long the events of an ended turn can be asked for again, in seconds."),
};

type Variables = z.output<z.ZodObject<typeof ChatVariables>>;

/** What turns text into vectors. */
export type EmbeddingConfiguration =
  | { readonly kind: "offline" }
  | {
      readonly kind: "openai-compatible";
      readonly baseUrl: string;
      readonly name: string;
      readonly dimensions: number;
      readonly apiKey: string | undefined;
    };

/** How turns remember, look up, reuse and wait. */
export interface ChatConfiguration {
  readonly memoryTokenBudget: number;
  readonly embedding: EmbeddingConfiguration;
  readonly retrieval: {
    /** Most passages for a question; 0: retrieval is off. */
    readonly passages: number;
    readonly similarity: number;
  };
  readonly cache: {
    readonly similarity: number;
    /** 0: the cache is off. */
    readonly ttlSeconds: number;
  };
  readonly approvalTtlSeconds: number;
  readonly turnRetentionDays: number;
  /** How long a turn goes on that no client follows. */
  readonly reconnectSeconds: number;
  /** How long a turn waits while another one has its thread; 0: not at all. */
  readonly threadWaitSeconds: number;
  /** How long the events of an ended turn are kept. */
  readonly eventRetentionSeconds: number;
}

export function chatConfiguration(variables: Variables, embeddingApiKey: string | undefined): ChatConfiguration {
  const { FLAME_EMBEDDING_BASE_URL: baseUrl, FLAME_EMBEDDING_NAME: name } = variables;
  const dimensions = variables.FLAME_EMBEDDING_DIMENSIONS;
  return {
    memoryTokenBudget: variables.FLAME_MEMORY_TOKEN_BUDGET,
    embedding:
      baseUrl && name && dimensions
        ? { kind: "openai-compatible", baseUrl, name, dimensions, apiKey: embeddingApiKey }
        : { kind: "offline" },
    retrieval: {
      passages: variables.FLAME_RETRIEVAL_PASSAGES,
      similarity: variables.FLAME_RETRIEVAL_SIMILARITY,
    },
    cache: { similarity: variables.FLAME_CACHE_SIMILARITY, ttlSeconds: variables.FLAME_CACHE_TTL_SECONDS },
    approvalTtlSeconds: variables.FLAME_APPROVAL_TTL_SECONDS,
    turnRetentionDays: variables.FLAME_TURN_RETENTION_DAYS,
    reconnectSeconds: variables.FLAME_TURN_RECONNECT_SECONDS,
    threadWaitSeconds: variables.FLAME_THREAD_WAIT_SECONDS,
    eventRetentionSeconds: variables.FLAME_TURN_EVENTS_SECONDS,
  };
}
