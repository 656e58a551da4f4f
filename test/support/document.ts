/** Puts values into a document by the dotted paths of `settingLeaves`, without changing the document it is given. */

/** Stands for the name that a user chooses: `containers.*` becomes `containers.worker`. */
const CHOSEN_NAME = "worker";

/** A copy of a document in which a value stands at a path; `[]` is the last entry of a list, `*` the chosen name. */
export function withValue(document: unknown, path: string, value: unknown): Record<string, unknown> {
  const changed = put(document, stepsOf(path), value);
  if (!isGroup(changed)) throw new Error(`${path} doesn't lead into a document`);
  return changed;
}

/** What stands at a path of a document, or `undefined`. */
export function valueAt(document: unknown, path: string): unknown {
  return stepsOf(path).reduce<unknown>((value, step) => {
    if (step === LAST) return Array.isArray(value) ? value.at(-1) : undefined;
    return isGroup(value) ? value[step] : undefined;
  }, document);
}

/** A copy of a document with several values, by path. */
export function withValues(document: unknown, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.entries(values).reduce<Record<string, unknown>>(
    (changed, [path, value]) => withValue(changed, path, value),
    withValue(document, "", undefined),
  );
}

const LAST = "[]";

function put(target: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value === undefined ? target : value;
  if (step === LAST) {
    const entries: readonly unknown[] = Array.isArray(target) && target.length > 0 ? target : [{}];
    return [...entries.slice(0, -1), put(entries.at(-1), rest, value)];
  }
  const group = isGroup(target) ? target : {};
  return { ...group, [step]: put(group[step], rest, value) };
}

function stepsOf(path: string): string[] {
  return path
    .split(".")
    .flatMap((part) => (part.endsWith(LAST) ? [part.slice(0, -LAST.length), LAST] : [part]))
    .filter((part) => part !== "")
    .map((part) => (part === "*" ? CHOSEN_NAME : part));
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
