import { z } from "zod";
import { DEPTH_MAX, faultIn, parsed } from "./body.ts";

/** Names of a request's context that the server sets: a caller who could would be another tenant, or skip an approval. */
const OWN_NAMES = new Set(["tenant", "turn", "approvalsPossible"]);
/** Longest context in a query, in characters. */
const CONTEXT_CHARACTERS = 2_048;

/** A query's parameter that holds JSON. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context): unknown => {
      const value = parsed(text);
      const isTakable = value !== undefined && faultIn(value, Number.POSITIVE_INFINITY, DEPTH_MAX) === undefined;
      if (isTakable) return value;
      context.addIssue({ code: "custom", message: "must be JSON, without the character 0 and half characters" });
      return z.NEVER;
    })
    .pipe(schema);
}

/**
 * The context that Mastra's clients may send. It is taken so that they work, and read by nobody: the agent here decides
 * nothing by what a caller says of itself. What the server itself notes there is refused.
 */
export const RequestContextValues = z.record(
  z
    .string()
    .refine((name) => !OWN_NAMES.has(name) && !/^(__)?mastra/i.test(name), { error: "is a name that the server sets" }),
  z.json(),
);

/** The same as a query's parameter: JSON, or JSON in base64 as Mastra's client sends it. */
export const RequestContextQuery = z
  .string()
  .max(CONTEXT_CHARACTERS)
  .transform((text) => (text.startsWith("{") ? text : Buffer.from(text, "base64").toString("utf8")))
  .pipe(json(RequestContextValues));
