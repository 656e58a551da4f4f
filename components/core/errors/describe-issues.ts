import type { z } from "zod";
import { type Problem, printValue } from "./problem.ts";

type Issue = z.core.$ZodIssue;

/** What `describeIssues` needs to know of the schema: the names that are allowed at a path. */
export type NamesAt = (path: readonly PropertyKey[]) => readonly string[];

/** Turns what zod found into problems, each with the value that stands there, what is allowed and how to mend it. */
export function describeIssues(issues: readonly Issue[], document: unknown, namesAt: NamesAt): Problem[] {
  return issues.flatMap((issue) => describeIssue(issue, document, issue.path, namesAt));
}

function describeIssue(issue: Issue, document: unknown, path: readonly PropertyKey[], namesAt: NamesAt): Problem[] {
  const place = pathText(path);
  const given = printValue(valueAt(document, path));

  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: pathText([...path, key]),
        given: printValue(valueAt(document, [...path, key])),
        allowed: namesAt(path).join(", ") || "no further setting",
        mend: misspelling(key, namesAt(path)) ?? "remove it; docs/settings.md lists every setting",
      }));
    case "invalid_union":
      return describeUnion(issue, document, path, namesAt);
    case "invalid_type":
      return [
        { path: place, given, allowed: article(issue.expected), mend: `write ${article(issue.expected)} at ${place}` },
      ];
    case "invalid_value": {
      const allowed = issue.values.map((value) => JSON.stringify(value)).join(", ");
      return [{ path: place, given, allowed, mend: `choose one of ${allowed}` }];
    }
    case "too_small":
    case "too_big":
      return [{ path: place, given, ...describeBound(issue, place) }];
    case "invalid_format":
      return [{ path: place, given, allowed: issue.message, mend: `write ${place} in that form` }];
    case "custom":
      return [{ path: place, given: given ?? effectiveValue(issue), ...describeCustom(issue) }];
    default:
      return [{ path: place, given, allowed: issue.message, mend: `change ${place} accordingly` }];
  }
}

function describeUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  document: unknown,
  path: readonly PropertyKey[],
  namesAt: NamesAt,
): Problem[] {
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
  if (issue.discriminator !== undefined) {
    const place = pathText(path.at(-1) === issue.discriminator ? path : [...path, issue.discriminator]);
    const allowed = options.map((option) => JSON.stringify(option)).join(", ");
    return [
      {
        path: place,
        given: printValue(valueAt(document, place.split("."))),
        allowed,
        mend: `set ${place} to one of ${allowed}`,
      },
    ];
  }
  const first = issue.errors[0] ?? [];
  return first.flatMap((inner) => describeIssue(inner, document, [...path, ...inner.path], namesAt));
}

function describeBound(issue: Extract<Issue, { code: "too_small" | "too_big" }>, place: string) {
  const unit = issue.origin === "string" ? " characters" : issue.origin === "array" ? " entries" : "";
  const word = issue.code === "too_small" ? "at least" : "at most";
  const bound = issue.code === "too_small" ? issue.minimum : issue.maximum;
  const exclusive = issue.inclusive === false ? (issue.code === "too_small" ? "more than" : "less than") : word;
  const allowed = `${exclusive} ${bound}${unit}`;
  return { allowed, mend: `set ${place} to ${allowed}` };
}

function effectiveValue(issue: Extract<Issue, { code: "custom" }>): string | undefined {
  const effective: unknown = issue.params?.effective;
  return typeof effective === "string" ? `${effective} (a default)` : undefined;
}

function describeCustom(issue: Extract<Issue, { code: "custom" }>) {
  const { allowed, mend } = issue.params ?? {};
  return {
    allowed: typeof allowed === "string" ? allowed : issue.message,
    mend: typeof mend === "string" ? mend : "change it accordingly",
  };
}

/** A key that differs from a known one by a letter or two is a typing mistake: name the one that was meant. */
function misspelling(key: string, known: readonly string[]): string | undefined {
  const near = known.find((name) => distance(name.toLowerCase(), key.toLowerCase()) <= 2);
  return near === undefined ? undefined : `rename it to ${near}`;
}

/** Levenshtein's edit distance, one row at a time. */
function distance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (one[row - 1] === other[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[other.length] ?? 0;
}

function article(expected: string): string {
  const names: Record<string, string> = {
    int: "a whole number",
    object: "a group of settings",
    record: "a group of names and values",
  };
  return names[expected] ?? `${/^[aeiou]/.test(expected) ? "an" : "a"} ${expected}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = document;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
