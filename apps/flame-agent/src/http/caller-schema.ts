import { z } from "zod";
import { isRecord } from "./is-record.ts";

/** Keywords whose value is copied as it is. */
const VALUES = new Set(
  [
    "$schema title description default examples type nullable enum const required minimum maximum exclusiveMinimum",
    "exclusiveMaximum multipleOf minLength maxLength minItems maxItems uniqueItems minProperties maxProperties",
  ].flatMap((names) => names.split(" ")),
);
/** Keywords whose value is a schema, a list of schemas, or schemas by a name of the caller's. */
const SCHEMAS = new Set(["items", "additionalProperties", "not", "anyOf", "oneOf", "allOf", "prefixItems"]);
const NAMED_SCHEMAS = new Set(["properties", "$defs", "definitions"]);

const EXPRESSIONS = new Set(["pattern", "patternProperties"]);

/**
 * A JSON Schema that a caller gives the agent, as far as it can be followed in bounded time, with nothing fetched for it
 * and nothing of it told to the log. A format is told to the model in words; the expression beside it, which zod writes,
 * is left out.
 */
export const CallerSchema = z.looseObject({}).transform((schema, context): Record<string, unknown> => {
  const checked = checkedSchema(schema, (message) => context.addIssue({ code: "custom", message }));
  return isRecord(checked) ? checked : z.NEVER;
});

type Refuse = (message: string) => void;

function checkedSchema(value: unknown, refuse: Refuse): unknown {
  if (Array.isArray(value)) return value.map((one) => checkedSchema(one, refuse));
  if (!isRecord(value)) return value;
  const { format, description, pattern, ...others } = value;
  if (pattern !== undefined && format === undefined) refuse(refusalOf("pattern"));
  const words = [description, format === undefined ? undefined : `Format: ${String(format)}`];
  const told = words.filter((one) => typeof one === "string").join(". ");
  const entries = Object.entries(others).map(([name, one]) => [name, checkedKeyword(name, one, refuse)]);
  return { ...Object.fromEntries(entries), ...(told !== "" && { description: told }) };
}

function checkedKeyword(name: string, value: unknown, refuse: Refuse): unknown {
  if (VALUES.has(name)) return value;
  if (SCHEMAS.has(name)) return checkedSchema(value, refuse);
  if (NAMED_SCHEMAS.has(name) && isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, checkedSchema(one, refuse)]));
  if (name === "$ref" && typeof value === "string" && value.startsWith("#")) return value;
  refuse(refusalOf(name));
  return undefined;
}

function refusalOf(name: string): string {
  if (EXPRESSIONS.has(name)) return `${name} isn't taken: an expression of a caller's could hold the server up`;
  if (name === "$ref") return "$ref isn't taken to another document; allowed: one that begins with #";
  return `the keyword ${name} isn't taken; allowed: ${[...VALUES, ...SCHEMAS, ...NAMED_SCHEMAS, "$ref", "format"].join(", ")}`;
}
