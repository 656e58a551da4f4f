import type { StandardSchemaWithJSON } from "@mastra/core/schema";
import type { z } from "zod";

/**
 * The same schema, whose description in JSON Schema is made once: Mastra asks for it with every turn, for every tool,
 * and zod makes it anew each time (a millisecond of a turn, measured).
 */
export function describedOnce<Input, Output>(schema: z.ZodType<Output, Input>): StandardSchemaWithJSON<Input, Output> {
  const standard = schema["~standard"];
  const { input, output } = standard.jsonSchema;
  return { "~standard": { ...standard, jsonSchema: { input: once(input), output: once(output) } } };
}

/** Each caller gets a copy: Mastra writes into it what the model's provider wants. */
function once<Options, Description>(describe: (options: Options) => Description): (options: Options) => Description {
  const made = new Map<string, Description>();
  return (options) => {
    const key = JSON.stringify(options);
    const description = made.get(key) ?? describe(options);
    made.set(key, description);
    return structuredClone(description);
  };
}
