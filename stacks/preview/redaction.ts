/** What stands in a text instead of a secret, as with Pulumi's command line. */
const BLOT = "[secret]";
/** Shorter secrets aren't blotted out: they'd take half the text with them. In characters. */
const SHORTEST_SECRET = 3;

/** A function that blots the given secrets out of a text, the longest first. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const longestFirst = [...new Set(secrets)]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .toSorted((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((blotted, secret) => blotted.replaceAll(secret, BLOT), text);
}

/** The error itself, or one without the secrets where its message holds any. */
export function redactedError(thrown: unknown, secrets: readonly string[]): Error {
  const error = errorFrom(thrown);
  const message = redactor(secrets)(error.message);
  return message === error.message ? error : Object.assign(new Error(message), { name: error.name });
}

/** What was thrown, as an error. */
export function errorFrom(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
