import { z } from "zod";
import { DEPTH_MAX } from "./body.ts";
import { isRecord } from "./is-record.ts";

const Count = z.int().min(0);
const Type = z.enum(["array", "boolean", "integer", "null", "number", "object", "string"]);
/** The drafts that are known here, so that nobody fetches what a schema of schemas is. */
const DRAFT = /^https?:\/\/json-schema\.org\/(draft-07|draft\/2020-12)\/schema#?$/;

/** Keywords whose value is copied as it is, and what that may be. */
const VALUES = new Map<string, z.ZodType>(
  Object.entries({
    $schema: z.string().regex(DRAFT, { error: "must be draft 07 or 2020-12 of json-schema.org" }),
    title: z.string(),
    description: z.string(),
    default: z.unknown(),
    examples: z.array(z.unknown()),
    type: z.union([Type, z.array(Type).min(1)]),
    nullable: z.boolean(),
    enum: z.array(z.unknown()).min(1),
    const: z.unknown(),
    required: z.array(z.string()),
    minimum: z.number(),
    maximum: z.number(),
    exclusiveMinimum: z.number(),
    exclusiveMaximum: z.number(),
    multipleOf: z.number().positive(),
    minLength: Count,
    maxLength: Count,
    minItems: Count,
    maxItems: Count,
    uniqueItems: z.boolean(),
    minProperties: Count,
    maxProperties: Count,
  }),
);
/** Keywords whose value is a schema, or schemas that say something of the same value. */
const SCHEMAS = new Set([
  "items",
  "additionalProperties",
  "propertyNames",
  "not",
  "anyOf",
  "oneOf",
  "allOf",
  "prefixItems",
]);
/** Of those the ones whose value is a list, and the one whose value may be. */
const LISTS = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const MAYBE_LIST = "items";
/** Keywords that hold schemas by a name of the caller's. */
const NAMED_SCHEMAS = new Set(["properties", "$defs", "definitions"]);
/** Keywords whose schemas say something of the value itself, and not of one in it. */
const SAME_VALUE = ["not", "anyOf", "oneOf", "allOf"];

const EXPRESSIONS = new Set(["pattern", "patternProperties"]);

/**
 * A JSON Schema that a caller gives the agent, as far as it is one and can be followed in bounded time, with nothing
 * fetched for it and nothing of it told to the log. A format is told to the model in words; the expression beside it,
 * which zod writes, is left out.
 */
export const CallerSchema = z.looseObject({}).transform((schema, context): Record<string, unknown> => {
  const reading: Reading = {
    schemas: new Set(),
    refuse: (message) => context.addIssue({ code: "custom", message }),
  };
  const checked = checkedSchema(schema, reading);
  if (context.issues.length === 0) checkReferences(schema, reading);
  return isRecord(checked) ? checked : z.NEVER;
});

/** What is known of a schema while it is read. */
interface Reading {
  /** Every schema in it that was read. */
  readonly schemas: Set<unknown>;
  readonly refuse: (message: string) => void;
}

function checkedSchema(value: unknown, reading: Reading): unknown {
  if (typeof value === "boolean") return value;
  if (!isRecord(value)) {
    reading.refuse(`a schema is ${JSON.stringify(value)}; allowed: an object, true or false`);
    return undefined;
  }
  reading.schemas.add(value);
  const { format, pattern, ...others } = value;
  if (pattern !== undefined && format === undefined) reading.refuse(refusalOf("pattern"));
  const entries = Object.entries(others).map(([name, one]) => [name, checkedKeyword(name, one, reading)]);
  const words = [value.description, format === undefined ? undefined : `Format: ${String(format)}`];
  const told = words.filter((one) => typeof one === "string").join(". ");
  return { ...Object.fromEntries(entries), ...(told !== "" && { description: told }) };
}

function checkedKeyword(name: string, value: unknown, reading: Reading): unknown {
  const allowed = VALUES.get(name);
  if (allowed) {
    const [problem] = allowed.safeParse(value).error?.issues ?? [];
    if (problem) reading.refuse(`the value of ${name} isn't taken: ${problem.message}`);
    return value;
  }
  if (LISTS.has(name) || (name === MAYBE_LIST && Array.isArray(value))) return checkedList(name, value, reading);
  if (SCHEMAS.has(name)) return checkedSchema(value, reading);
  if (NAMED_SCHEMAS.has(name)) return checkedNamed(name, value, reading);
  if (name === "$ref" && typeof value === "string" && value.startsWith("#")) return value;
  reading.refuse(refusalOf(name));
  return undefined;
}

function checkedList(name: string, value: unknown, reading: Reading): unknown {
  if (Array.isArray(value) && value.length > 0) return value.map((one) => checkedSchema(one, reading));
  reading.refuse(`the value of ${name} isn't taken; allowed: a list of schemas, at least one`);
  return undefined;
}

function checkedNamed(name: string, value: unknown, reading: Reading): unknown {
  if (isRecord(value))
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, checkedSchema(one, reading)]));
  reading.refuse(`the value of ${name} isn't taken; allowed: an object with schemas`);
  return undefined;
}

/** Refuses references to what is no schema here, and schemas that say of a value only what they say of it themselves. */
function checkReferences(root: unknown, { schemas, refuse }: Reading): void {
  const done = new Set<unknown>();
  const open = new Set<unknown>();
  const visit = (schema: unknown): void => {
    if (!isRecord(schema) || done.has(schema)) return;
    if (open.has(schema) || open.size === DEPTH_MAX) {
      refuse(`a $ref leads back to its own schema, or on ${DEPTH_MAX} times; allowed: one to another value's schema`);
      return;
    }
    open.add(schema);
    const { $ref } = schema;
    if (typeof $ref === "string") {
      const target = referred(root, $ref);
      if (typeof target === "boolean" || schemas.has(target)) visit(target);
      else refuse("a $ref leads to no schema; allowed: # and the path of one in the document, such as #/$defs/name");
    }
    for (const same of SAME_VALUE.flatMap((name) => schema[name])) visit(same);
    open.delete(schema);
    done.add(schema);
  };
  for (const schema of schemas) visit(schema);
}

/** What a path in the document leads to; `undefined`: nothing. */
function referred(root: unknown, reference: string): unknown {
  let value = root;
  for (const step of reference.split("/").slice(1)) {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = Reflect.get(value, name);
  }
  return /^#($|\/)/.test(reference) ? value : undefined;
}

function refusalOf(name: string): string {
  if (EXPRESSIONS.has(name)) return `${name} isn't taken: an expression of a caller's could hold the server up`;
  if (name === "$ref") return "$ref isn't taken to another document; allowed: one that begins with #";
  return `the keyword ${name} isn't taken; allowed: ${[...VALUES.keys(), ...SCHEMAS, ...NAMED_SCHEMAS, "$ref", "format"].join(", ")}`;
}
