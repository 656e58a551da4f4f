import { z } from "zod";

const Content = z.union([
  z.string(),
  z
    .array(z.object({ type: z.string(), text: z.string().optional() }))
    .transform((parts) => parts.map(({ text = "" }) => text).join("\n")),
]);

const Message = z.object({
  role: z.enum(["system", "user", "assistant", "tool"]),
  content: Content.nullish().transform((content) => content ?? ""),
  tool_calls: z
    .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
    .default([]),
});

/** The part of OpenAI's chat request that the model server reads. */
export const ModelRequest = z.object({
  model: z.string(),
  messages: z.array(Message).min(1),
  tools: z.array(z.object({ function: z.object({ name: z.string() }) })).default([]),
  stream: z.boolean().default(false),
});

export type ModelRequest = z.output<typeof ModelRequest>;
