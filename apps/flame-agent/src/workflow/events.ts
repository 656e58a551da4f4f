import { z } from "zod";

/** The steps of a turn, in their order. */
const STEP_NAMES = ["analysis", "enhancement", "cache", "retrieval", "generation"] as const;
export type StepName = (typeof STEP_NAMES)[number];

/** How a step ended. `hit`: the cache had the answer; `failed`: the turn goes on without what the step would bring. */
const STEP_OUTCOMES = ["done", "hit", "miss", "skipped", "failed", "waiting"] as const;
export type StepOutcome = (typeof STEP_OUTCOMES)[number];

/** Tokens of a turn; zeros where the cache had the answer. */
const Usage = z.object({
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
  totalTokens: z.number().optional(),
});
export type Usage = z.output<typeof Usage>;

const Citation = z.object({
  number: z.number(),
  document: z.string(),
  title: z.string(),
  heading: z.string(),
  position: z.number(),
  similarity: z.number(),
});

const event = <Name extends string, Shape extends z.ZodRawShape>(name: Name, shape: Shape) =>
  z.object({ event: z.literal(name), data: z.object(shape) });

/** What a client is told while its turn runs, in the stream of `POST /turns`. */
export const TurnEvent = z.discriminatedUnion("event", [
  event("start", { turn: z.uuid(), thread: z.string(), resource: z.string() }),
  event("step", { name: z.enum(STEP_NAMES), outcome: z.enum(STEP_OUTCOMES), milliseconds: z.number() }),
  event("text", { delta: z.string() }),
  event("tool", {
    name: z.string(),
    /** The call's id: the same in all that is told of it. */
    toolCall: z.string(),
    state: z.enum(["called", "answered", "failed", "declined"]),
    input: z.unknown().optional(),
    output: z.unknown().optional(),
  }),
  z.object({ event: z.literal("citation"), data: Citation }),
  event("approval", {
    id: z.uuid(),
    toolCall: z.string(),
    tool: z.string(),
    input: z.unknown(),
    expiresAt: z.iso.datetime(),
  }),
  /** The model's reason, or `suspended` where a tool call waits for approval. */
  event("end", { finishReason: z.string(), usage: Usage }),
  /** The turn ended otherwise, or its process did. `reference` stands in the log beside what is known of it. */
  event("error", { code: z.string(), message: z.string(), reference: z.uuid().optional() }),
]);
export type TurnEvent = z.output<typeof TurnEvent>;

/** Tells one event to whoever follows the turn, and resolves when it may tell the next. */
export type Emit = (event: TurnEvent) => Promise<void>;
