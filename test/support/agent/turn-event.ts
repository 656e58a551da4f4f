import { z } from "zod";

const Tokens = z.number().int().nonnegative();

/** What the agent promises to send in the stream of a turn; anything else breaks the promise. */
export const TurnEvent = z.discriminatedUnion("event", [
  z.strictObject({
    event: z.literal("start"),
    data: z.strictObject({ turn: z.uuid(), thread: z.string().min(1), resource: z.string().min(1) }),
  }),
  z.strictObject({
    event: z.literal("step"),
    data: z.strictObject({
      name: z.enum(["analysis", "enhancement", "cache", "retrieval", "generation"]),
      outcome: z.enum(["done", "hit", "miss", "skipped", "failed", "waiting"]),
      milliseconds: z.number().nonnegative(),
    }),
  }),
  z.strictObject({ event: z.literal("text"), data: z.strictObject({ delta: z.string().min(1) }) }),
  z.strictObject({
    event: z.literal("tool"),
    data: z.strictObject({
      name: z.string().min(1),
      toolCall: z.string().min(1),
      state: z.enum(["called", "answered", "failed", "declined"]),
      input: z.unknown().optional(),
      output: z.unknown().optional(),
    }),
  }),
  z.strictObject({
    event: z.literal("citation"),
    data: z.strictObject({
      number: z.number().int().positive(),
      document: z.string(),
      title: z.string(),
      heading: z.string(),
      position: z.number().int().nonnegative(),
      similarity: z.number().min(-1).max(1),
    }),
  }),
  z.strictObject({
    event: z.literal("approval"),
    data: z.strictObject({
      id: z.uuid(),
      toolCall: z.string().min(1),
      tool: z.string().min(1),
      input: z.unknown(),
      expiresAt: z.iso.datetime(),
    }),
  }),
  z.strictObject({
    event: z.literal("end"),
    data: z.strictObject({
      finishReason: z.string().min(1),
      usage: z.strictObject({ inputTokens: Tokens, outputTokens: Tokens, totalTokens: Tokens }),
    }),
  }),
  z.strictObject({
    event: z.literal("error"),
    // Where it is in the log: what nobody has failed, such as a client that left, has none.
    data: z.strictObject({ code: z.string().min(1), message: z.string().min(1), reference: z.uuid().optional() }),
  }),
]);

export type TurnEvent = z.output<typeof TurnEvent>;

/** An event, and when it came: milliseconds since the request was sent. */
export type TimedEvent = TurnEvent & { readonly atMilliseconds: number };
export type EventOf<Kind extends TurnEvent["event"]> = Extract<TimedEvent, { readonly event: Kind }>;

/** The events of one kind, in their order. */
export function eventsOf<Kind extends TurnEvent["event"]>(
  events: readonly TimedEvent[],
  kind: Kind,
): readonly EventOf<Kind>[] {
  return events.filter((event): event is EventOf<Kind> => event.event === kind);
}

/** What the agent said in these events. */
export function textOf(events: readonly TimedEvent[]): string {
  return eventsOf(events, "text")
    .map(({ data }) => data.delta)
    .join("");
}
