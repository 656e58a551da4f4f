import { type PropertyMap, type PropertyValue, SecretValue, UnknownValue } from "../preview/index.ts";

/** Which inputs aren't compared, those of a list's members among them, and in which the order means nothing. */
export interface Comparison {
  readonly ignored: readonly string[];
  readonly unordered: readonly string[];
}

/**
 * Paths of the inputs that differ, such as `spec.template.spec`: down to the last map, since lists are compared as a
 * whole. A value that is secret or unknown isn't compared: nobody can tell here.
 */
export function differingPaths(before: PropertyMap, after: PropertyMap, comparison: Comparison): string[] {
  return differing(before, after, [], comparison);
}

/** Whether a path is one of those named, lies below one, or holds one. */
export function meets(path: string, named: readonly string[]): boolean {
  return named.some((one) => path === one || path.startsWith(`${one}.`) || one.startsWith(`${path}.`));
}

/** Whether two values are the same, as far as can be told. */
export function isSame(before: PropertyValue | undefined, after: PropertyValue | undefined): boolean {
  if (isHidden(before) || isHidden(after)) return true;
  if (Array.isArray(before) && Array.isArray(after)) {
    return before.length === after.length && before.every((one, index) => isSame(one, after[index]));
  }
  if (isMap(before) && isMap(after)) return differing(before, after, [], { ignored: [], unordered: [] }).length === 0;
  return (before ?? null) === (after ?? null);
}

function differing(
  before: PropertyMap,
  after: PropertyMap,
  above: readonly string[],
  comparison: Comparison,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const path = [...above, name].join(".");
    if (comparison.ignored.some((one) => path === one || path.startsWith(`${one}.`))) return [];
    const [one, other] = [before, after].map((all) => withoutBelow(all[name], path, comparison.ignored));
    if (isMap(one) && isMap(other)) return differing(one, other, [...above, name], comparison);
    const inAnyOrder = comparison.unordered.includes(path);
    return (inAnyOrder ? isSame(sorted(one), sorted(other)) : isSame(one, other)) ? [] : [path];
  });
}

/** A list without the properties of its members that aren't compared. */
function withoutBelow(value: PropertyValue | undefined, path: string, ignored: readonly string[]) {
  const names = ignored.flatMap((one) => (one.startsWith(`${path}.`) ? [one.slice(path.length + 1)] : []));
  if (!Array.isArray(value) || names.length === 0) return value;
  return value.map((one) =>
    isMap(one) ? Object.fromEntries(Object.entries(one).filter(([name]) => !names.includes(name))) : one,
  );
}

/** A list in an order of its own, which what nobody can tell has no part in. */
function sorted(value: PropertyValue | undefined): PropertyValue | undefined {
  if (!Array.isArray(value)) return value;
  const keys = new Map(value.map((one) => [one, keyOf(one)]));
  const key = (one: PropertyValue) => keys.get(one) ?? "";
  return value.toSorted((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
}

/** The same text for the same value, whatever the order of its properties. */
function keyOf(value: PropertyValue | undefined): string {
  if (value === undefined || isHidden(value)) return "";
  if (Array.isArray(value)) return `[${value.map(keyOf).join()}]`;
  if (!isMap(value)) return JSON.stringify(value);
  const properties = Object.keys(value).toSorted();
  return `{${properties.flatMap((name) => (isHidden(value[name]) ? [] : `${name}:${keyOf(value[name])}`)).join()}}`;
}

function isHidden(value: PropertyValue | undefined): boolean {
  return value instanceof SecretValue || value instanceof UnknownValue;
}

function isMap(value: PropertyValue | undefined): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isHidden(value);
}
