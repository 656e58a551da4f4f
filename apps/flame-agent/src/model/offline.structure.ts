import type { JSONSchema7, JSONSchema7Definition } from "@ai-sdk/provider";

/** Deepest that a schema is followed: one that names itself would go on for ever. */
const DEPTH_MAX = 16;

/**
 * JSON that fits the schema, the same each time: the answer where a text is asked for, the least number and the fewest
 * items that are allowed, the first of several ways.
 */
export function fitting(schema: JSONSchema7, answer: string): string {
  return JSON.stringify(exampleOf(schema, { answer, root: schema, depth: DEPTH_MAX }));
}

interface Place {
  readonly answer: string;
  readonly root: JSONSchema7;
  readonly depth: number;
}

function exampleOf(definition: JSONSchema7Definition | undefined, { depth, ...rest }: Place): unknown {
  if (definition === undefined || typeof definition === "boolean" || depth === 0) return null;
  const place = { ...rest, depth: depth - 1 };
  const { $ref: reference, anyOf, oneOf, allOf, properties, items, enum: values } = definition;
  if (reference !== undefined) return exampleOf(referred(reference, place.root), place);
  if (definition.const !== undefined) return definition.const;
  if (values) return values[0];
  const [way] = anyOf ?? oneOf ?? [];
  if (way !== undefined) return exampleOf(way, place);
  if (allOf) return Object.assign({}, ...allOf.map((part) => exampleOf(part, place)));
  const type = Array.isArray(definition.type) ? definition.type[0] : definition.type;
  switch (type ?? (properties ? "object" : "null")) {
    case "object":
      return Object.fromEntries(Object.entries(properties ?? {}).map(([name, one]) => [name, exampleOf(one, place)]));
    case "array":
      return Array.from({ length: definition.minItems ?? 0 }, () =>
        exampleOf(Array.isArray(items) ? items[0] : items, place),
      );
    case "string":
      return textFor(definition, place.answer);
    case "number":
    case "integer":
      return numberFor(definition);
    case "boolean":
      return false;
    default:
      return null;
  }
}

function numberFor({ minimum, exclusiveMinimum, maximum = 0 }: JSONSchema7): number {
  if (minimum !== undefined) return minimum;
  return exclusiveMinimum === undefined ? Math.min(0, maximum) : exclusiveMinimum + 1;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-01T00:00:00Z",
  date: "2026-01-01",
  email: "flame@example.org",
  uri: "https://example.org/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function textFor({ format = "", minLength = 0, maxLength }: JSONSchema7, answer: string): string {
  return (FORMATS[format] ?? answer.padEnd(minLength, ".")).slice(0, maxLength);
}

/** The part of the schema that `#/…` names. */
function referred(reference: string, root: JSONSchema7): JSONSchema7Definition | undefined {
  const names = reference.split("/").slice(1);
  const [folder, name] = names;
  if (name === undefined) return root;
  const definitions = folder === "$defs" ? root.$defs : root.definitions;
  return definitions?.[name];
}
