import { z } from "zod";

/** JSON Schema, as far as the settings use it. */
export interface SettingSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly unit?: string;
  readonly example?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SettingSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SettingSchema | boolean;
  readonly items?: SettingSchema;
  readonly oneOf?: readonly SettingSchema[];
  readonly anyOf?: readonly SettingSchema[];
}

/** One leaf of the settings: a value that a user can write. */
export interface SettingLeaf {
  /** Dotted path; `[]` stands for an entry of a list, `*` for a name that the user chooses. */
  readonly path: string;
  /** Variants that must be chosen for the leaf to exist: `agent.model.kind=offline`. */
  readonly variants: readonly string[];
  readonly schema: SettingSchema;
}

/** The JSON Schema of what a user writes, from the zod schema that parses it. */
export function jsonSchemaOf(schema: z.ZodType): SettingSchema {
  const written: object = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return written;
}

/** Every leaf below a schema, in the order in which the schemas declare them. */
export function settingLeaves(schema: SettingSchema, path = "", variants: readonly string[] = []): SettingLeaf[] {
  const below = (key: string) => (path === "" ? key : `${path}.${key}`);
  if (schema.oneOf) {
    return schema.oneOf.flatMap((option) => {
      const kind = option.properties?.kind?.const;
      return settingLeaves(option, path, [...variants, `${below("kind")}=${kind}`]);
    });
  }
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([key, inner]) => settingLeaves(inner, below(key), variants));
  }
  if (schema.items && isGroup(schema.items)) return settingLeaves(schema.items, `${path}[]`, variants);
  if (typeof schema.additionalProperties === "object" && isGroup(schema.additionalProperties)) {
    return settingLeaves(schema.additionalProperties, `${path}.*`, variants);
  }
  return [{ path, variants, schema }];
}

/** Answers which names a schema allows at a path, whichever variant is chosen. */
export function namesAt(schema: z.ZodType): (path: readonly PropertyKey[]) => string[] {
  return (path) => {
    const places = path.reduce<readonly SettingSchema[]>(
      (schemas, key) => schemas.flatMap((one) => step(one, key)),
      [jsonSchemaOf(schema)],
    );
    return [
      ...new Set(places.flatMap((place) => variantsOf(place)).flatMap((one) => Object.keys(one.properties ?? {}))),
    ];
  };
}

function step(schema: SettingSchema, key: PropertyKey): SettingSchema[] {
  return variantsOf(schema).flatMap((one) => {
    const named = one.properties?.[String(key)];
    if (named) return [named];
    if (one.items && typeof key === "number") return [one.items];
    return typeof one.additionalProperties === "object" ? [one.additionalProperties] : [];
  });
}

function variantsOf(schema: SettingSchema): readonly SettingSchema[] {
  return schema.oneOf ?? [schema];
}

function isGroup(schema: SettingSchema): boolean {
  return schema.properties !== undefined || schema.oneOf !== undefined;
}
