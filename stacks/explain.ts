import { diff } from "node:util";
import { ConfigurationError, type Problem, printValue } from "../components/core/index.ts";
import { EnvironmentSettings } from "./config.ts";
import type { EnvironmentFile } from "./environment-file.ts";
import { presetConcerns, presetOf, withPresets } from "./presets/index.ts";
import { jsonSchemaOf, namesAt, type SettingSchema, settingLeaves } from "./settings-reference.ts";

/** Where a setting's value comes from. */
type Origin =
  /** `line` counts from 1. */
  | { readonly kind: "file"; readonly file: string; readonly line: number | undefined }
  | { readonly kind: "preset"; readonly name: string; readonly file: string }
  | { readonly kind: "default" };

/** One setting of an environment with the value in force. */
export interface Explanation {
  /** Dotted path; an entry of a list is a number. */
  readonly path: string;
  /** As a user would write it; `undefined` means that nothing is set. A secret is only named. */
  readonly value: unknown;
  readonly origin: Origin;
  /** The schema's own default; `undefined` where it has none. */
  readonly defaultValue: unknown;
  readonly description: string | undefined;
}

type Path = readonly (string | number)[];

/** Most names that a refusal of an unknown path suggests. */
const SUGGESTIONS = 3;

/** Every setting of an environment, in the order in which the schemas declare them. */
export function explainSettings(file: EnvironmentFile): Explanation[] {
  const written = withPresets(file.document.values);
  return leavesOf(jsonSchemaOf(EnvironmentSettings), written, []).map(({ path, value, schema, defaultValue }) => ({
    path: path.join("."),
    value,
    origin: originOf(path, file),
    defaultValue,
    description: schema.description,
  }));
}

/**
 * One setting, or every setting below a group.
 * Throws a `ConfigurationError` where the environment has none at the path, with names near to it.
 */
export function explainSetting(file: EnvironmentFile, wanted: string): Explanation[] {
  const path = wanted.replace(/\[(\d+)\]/g, ".$1");
  const all = explainSettings(file);
  const found = all.filter((one) => one.path === path || one.path.startsWith(`${path}.`));
  if (found.length > 0) return found;
  throw new ConfigurationError(file.environment, [absent(path, all)]);
}

interface Leaf {
  readonly path: Path;
  readonly value: unknown;
  readonly schema: SettingSchema;
  readonly defaultValue: unknown;
}

/** Walks schema and document together, filling in defaults as the parser does: a group's own one only where all of it is missing. */
function leavesOf(schema: SettingSchema, written: unknown, path: Path, fallback: unknown = schema.default): Leaf[] {
  const value = written === undefined ? fallback : written;
  const below = (inner: SettingSchema, key: string | number, standard: unknown = inner.default) =>
    leavesOf(inner, partOf(value, key), [...path, key], standard);

  if (isRecord(value)) {
    const variant = schema.oneOf?.find((option) => option.properties?.kind?.const === value.kind);
    const properties = variant?.properties ?? schema.properties;
    if (properties) {
      const kind = variant ? partOf(schema.default, "kind") : undefined;
      return Object.entries(properties).flatMap(([key, inner]) => below(inner, key, key === "kind" ? kind : undefined));
    }
    const { additionalProperties } = schema;
    if (typeof additionalProperties === "object" && Object.keys(value).length > 0) {
      return Object.keys(value).flatMap((key) => below(additionalProperties, key));
    }
  }
  const { items } = schema;
  if (Array.isArray(value) && value.length > 0 && items && (items.properties ?? items.oneOf)) {
    return value.flatMap((_: unknown, index) => below(items, index));
  }
  return [{ path, value, schema, defaultValue: fallback }];
}

function originOf(path: Path, file: EnvironmentFile): Origin {
  const [concern = "", ...rest] = path;
  const { values } = file.document;
  if (valueAt(values, path) !== undefined) return { kind: "file", file: file.path, line: file.lineOf(path) };
  const preset = presetOf(`${concern}`, values[concern]);
  if (preset && valueAt(preset.settings, rest) !== undefined) {
    return { kind: "preset", name: preset.name, file: presetConcerns[concern]?.file ?? "stacks/presets" };
  }
  return { kind: "default" };
}

/** Nothing stands at the path: because another variant is chosen, or because there is no such setting. */
function absent(path: string, all: readonly Explanation[]): Problem {
  const chosen = new Map(all.map(({ path, value }) => [path, value]));
  const elsewhere = settingLeaves(jsonSchemaOf(EnvironmentSettings)).find(
    (leaf) => leaf.path === path || leaf.path.startsWith(`${path}.`),
  );
  if (elsewhere) {
    const unmet = elsewhere.variants.map(keyAndValue).find(({ key, value }) => chosen.get(key) !== value);
    return {
      path,
      given: `not there, because ${unmet?.key} is ${printValue(chosen.get(unmet?.key ?? "")) ?? "not set"}`,
      allowed: `it exists where ${unmet?.key} is "${unmet?.value}"`,
      mend: `set ${unmet?.key} to "${unmet?.value}", or ask for another setting`,
    };
  }
  const names = namesAt(EnvironmentSettings);
  const siblings = names(path.split(".").slice(0, -1));
  const near = nearTo(path, [...chosen.keys()]);
  return {
    path,
    given: "no setting",
    allowed: (siblings.length > 0 ? siblings : names([])).join(", "),
    mend: near.length > 0 ? `ask for ${near.join(" or ")}` : "docs/settings.md lists every setting",
  };
}

/** Paths that end alike first, then those that differ by few letters. */
function nearTo(path: string, known: readonly string[]): string[] {
  const groups = known.flatMap((one) => one.split(".").map((_, index, parts) => parts.slice(0, index + 1).join(".")));
  const candidates = [...new Set(groups)].map((one) => ({
    one,
    edits: one.endsWith(`.${path}`) ? 0 : diff(path, one).filter(([operation]) => operation !== 0).length,
  }));
  return candidates
    .filter(({ edits }) => edits <= Math.max(2, path.length / 4))
    .sort((one, other) => one.edits - other.edits)
    .slice(0, SUGGESTIONS)
    .map(({ one }) => one);
}

function keyAndValue(variant: string): { readonly key: string; readonly value: string } {
  const [key = "", value = ""] = variant.split("=");
  return { key, value };
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce(partOf, value);
}

function partOf(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
