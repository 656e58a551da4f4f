import { stringify } from "yaml";
import type { Explanation } from "../../../stacks/explain.ts";
import type { Paint } from "./paint.ts";

/** One setting as a sentence, several as a table. */
export function explanationText(explanations: readonly Explanation[], asked: string, paint: Paint): string {
  const [only] = explanations;
  if (only && explanations.length === 1 && only.path === asked) {
    const description = only.description === undefined ? "" : `    ${paint("dim", only.description)}\n`;
    return `${paint("bold", valueText(only.value))}   ${sourceText(only)}\n${description}`;
  }
  const rows = explanations.map((one) => ({
    path: one.path,
    value: valueText(one.value),
    source: sourceText(one),
    one,
  }));
  const pathWidth = Math.max(...rows.map(({ path }) => path.length));
  const valueWidth = Math.min(LONGEST_ALIGNED, Math.max(...rows.map(({ value }) => value.length)));
  return rows
    .map(({ path, value, source, one }) => {
      const told = one.origin.kind === "default" ? paint("dim", source) : source;
      return `${path.padEnd(pathWidth)}  ${paint("bold", value.padEnd(valueWidth))}  ${told}\n`;
    })
    .join("");
}

/** Longest value that others are aligned to, in characters. */
const LONGEST_ALIGNED = 40;

/** A value as a user would write it in the environment's file. */
export function valueText(value: unknown): string {
  return value === undefined ? "not set" : stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trimEnd();
}

/** Where a value comes from: `from Pulumi.dev.yaml:9, default is 180`. */
export function sourceText(explanation: Explanation): string {
  const { origin, defaultValue, value } = explanation;
  const standard = defaultValue === undefined ? "" : `, default is ${valueText(defaultValue)}`;
  switch (origin.kind) {
    case "file":
      return `from ${origin.file}${origin.line === undefined ? "" : `:${origin.line}`}${standard}`;
    case "preset":
      return `from preset "${origin.name}" (${origin.file})${standard}`;
    case "default":
      return value === undefined ? "no default" : "default";
  }
}

/** The same for programs. */
export function explanationJson(environment: string, explanations: readonly Explanation[]): string {
  const settings = explanations.map(({ path, value, origin, defaultValue, description }) => ({
    path,
    value: value ?? null,
    origin,
    defaultValue: defaultValue ?? null,
    description: description ?? null,
  }));
  return `${JSON.stringify({ formatVersion: 1, environment, settings }, null, 2)}\n`;
}
