import { isRecord } from "./is-record.ts";

/** Size of a chunk, in characters, up to which it may say again what was told before. */
const CHUNK_CHARACTERS = 65_536;

/** Mastra's chunks that say again all that a step or a run told in pieces, a dozen times in all. */
const ENDS: readonly unknown[] = ["step-finish", "finish"];

/**
 * A chunk of Mastra's stream, without its copies of what was told in pieces where these are large: for an answer of 1 MB
 * its last two chunks have 12 MB, which a client that doesn't read would have the server hold. What only they tell (the
 * reason to finish, tokens, ids) stays.
 */
export function withoutCopies(chunk: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { type, payload } = chunk;
  if (!ENDS.includes(type) || !isRecord(payload) || !exceeds(payload, CHUNK_CHARACTERS)) return chunk;
  const { messages: _, output, response, ...rest } = payload;
  return { ...chunk, payload: { ...rest, output: small(output), response: small(response) } };
}

/** The parts of an object that are small. */
function small(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => !exceeds(part, CHUNK_CHARACTERS / 64)));
}

/** Whether a value has more characters than so many, in its texts; looks no further than it needs to. */
function exceeds(value: unknown, characters: number): boolean {
  let left = characters;
  const look = (part: unknown): boolean => {
    if (typeof part === "string") left -= part.length;
    else if (typeof part === "object" && part !== null) {
      for (const one of Object.values(part)) if (look(one)) return true;
    }
    return left < 0;
  };
  return look(value);
}
