import type { SettingSchema } from "../settings-reference.ts";

/** One line of the settings reference. */
export interface SettingRow {
  /** Dotted path below the concern; `[]` stands for an entry of a list, `<name>` for a name that the user chooses. */
  readonly path: string;
  readonly type: string;
  readonly unit: string | undefined;
  /** As JSON; `undefined` where the setting has none. */
  readonly standard: string | undefined;
  readonly example: string | undefined;
  readonly effect: string;
  /** Choices without which the setting doesn't exist: `storage.kind: volume`. */
  readonly where: readonly string[];
  readonly required: boolean;
}

/** Where a schema stands. */
interface Place {
  readonly path: string;
  readonly where: readonly string[];
  readonly required: boolean;
}

/** Every setting of a concern, in the order in which its schema declares them; a choice of variants is one row. */
export function settingRows(concern: SettingSchema): SettingRow[] {
  return rowsBelow(concern, { path: "", where: [], required: false });
}

function rowsBelow(schema: SettingSchema, place: Place): SettingRow[] {
  if (schema.oneOf)
    return [choiceRow(schema, schema.oneOf, place), ...schema.oneOf.flatMap((one) => variantRows(one, place))];
  if (schema.properties) {
    const own = schema.description && place.path !== "" ? [rowOf(schema, place)] : [];
    return [...own, ...propertyRows(schema, place)];
  }
  const entries = entriesOf(schema);
  if (!entries) return [rowOf(schema, place)];
  const own = place.path === "" ? [] : [rowOf(schema, place)];
  return [...own, ...rowsBelow(entries.schema, { ...place, path: joined(place.path, entries.step), required: false })];
}

function propertyRows(schema: SettingSchema, place: Place, skipped: readonly string[] = []): SettingRow[] {
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !skipped.includes(name))
    .flatMap(([name, inner]) =>
      rowsBelow(inner, {
        path: joined(place.path, name),
        where: place.where,
        required: schema.required?.includes(name) ?? false,
      }),
    );
}

function variantRows(option: SettingSchema, place: Place): SettingRow[] {
  const choice = `${joined(place.path, "kind")}: ${option.properties?.kind?.const}`;
  return propertyRows(option, { ...place, where: [...place.where, choice] }, ["kind"]);
}

/** The choice between variants: each with what it means. */
function choiceRow(schema: SettingSchema, options: readonly SettingSchema[], place: Place): SettingRow {
  const kinds = options.flatMap(({ properties }) => properties?.kind ?? []);
  const standard = isRecord(schema.default) ? schema.default.kind : undefined;
  return {
    path: joined(place.path, "kind"),
    type: kinds.map(({ const: kind }) => `\`${kind}\``).join(", "),
    unit: undefined,
    standard: printed(standard),
    example: undefined,
    effect: kinds.map(({ const: kind, description }) => `\`${kind}\`: ${description}`).join(" "),
    where: place.where,
    required: standard === undefined,
  };
}

function rowOf(schema: SettingSchema, { path, where, required }: Place): SettingRow {
  return {
    path,
    type: typeOf(schema),
    unit: schema.unit,
    standard: printed(schema.default),
    example: printed(schema.example),
    effect: schema.description ?? "",
    where,
    required,
  };
}

function typeOf(schema: SettingSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (schema.type === "array")
    return schema.items?.properties ? "list" : `list of ${schema.items ? typeOf(schema.items) : "any"}`;
  if (schema.properties) return "group";
  if (schema.type === "object") return "names and values";
  if (schema.type === "boolean") return "`true`, `false`";
  if (schema.type !== "integer" && schema.type !== "number") return "text";
  const noun = schema.type === "integer" ? "whole number" : "number";
  return schema.minimum === undefined ? noun : `${noun}, ${schema.minimum} to ${schema.maximum}`;
}

/** What a list or a record holds, where that is settings and not a single value. */
function entriesOf({ items, additionalProperties }: SettingSchema) {
  if (items && isGroup(items)) return { schema: items, step: "[]" };
  if (typeof additionalProperties !== "object" || !isGroup(additionalProperties)) return undefined;
  return { schema: additionalProperties, step: "<name>" };
}

function isGroup(schema: SettingSchema): boolean {
  return schema.properties !== undefined || schema.oneOf !== undefined;
}

function joined(path: string, step: string): string {
  return path === "" || step === "[]" ? `${path}${step}` : `${path}.${step}`;
}

function printed(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
