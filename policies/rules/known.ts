import { z } from "zod";

/** Stands where a property is known only after deployment. */
export const UNKNOWN: unique symbol = Symbol("unknown until deployment");
export type Unknown = typeof UNKNOWN;

/** A property that may be unknown as a whole. */
export type Maybe<Value> = Value | Unknown;

/** The same value once nothing in it is unknown. */
export type Known<Value> = Value extends Unknown
  ? never
  : Value extends readonly (infer Item)[]
    ? readonly Known<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Known<Value[Name]> }
      : Value;

/** Schema of a property that may be unknown as a whole. */
export function maybe<Schema extends z.ZodType>(schema: Schema) {
  return z.union([z.custom<Unknown>((value) => value === UNKNOWN), schema]);
}

/** Whether nothing in a value is unknown. */
export function isKnown<Value>(value: unknown): value is Known<Value> {
  return unknownPaths(value).length === 0;
}

/** Paths of everything unknown in a value, such as `capabilities.drops[1]`. */
export function unknownPaths(value: unknown, path = ""): string[] {
  if (value === UNKNOWN) return [path];
  return childrenOf(value, path).flatMap(([childPath, child]) => unknownPaths(child, childPath));
}

/** The parts of a list or object with their paths. */
export function childrenOf(value: unknown, path: string): [path: string, child: unknown][] {
  if (Array.isArray(value)) return value.map((item, index) => [`${path}[${index}]`, item]);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).map(([name, child]) => [path === "" ? name : `${path}.${name}`, child]);
}
