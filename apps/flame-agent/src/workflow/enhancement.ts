import { isCommonWord, wordsOf } from "../model/embedding.offline.ts";
import type { Analysis } from "./analysis.ts";

/** Earlier messages of the user that a follow-up may live from. */
export const EARLIER_MESSAGES = 2;
/** Words taken from them at most, so that they help the question and don't drown it. */
const EARLIER_WORDS = 8;

const COURTESY_PHRASES =
  /\b(?:please|kindly|(?:can|could|would|will) you (?:please )?(?:tell|explain to|show|help)(?: me)?|i(?: would|'d|’d)? (?:want|like) to know|do you know|tell me|thank you|thanks)\b[,.!]?/gi;

/**
 * The message as a search understands it best: without courtesies, and for a follow-up with the words that the user's
 * earlier messages were about, the latest first.
 */
export function enhance(message: string, { standalone }: Analysis, earlier: readonly string[]): string {
  const stripped = message.replace(COURTESY_PHRASES, " ").replace(/\s+/g, " ").trim();
  const query = stripped === "" ? message.trim() : stripped;
  if (standalone) return query;
  const own = new Set(wordsOf(query));
  const words = earlier
    .slice(-EARLIER_MESSAGES)
    .reverse()
    .flatMap(wordsOf)
    .filter((word) => !isCommonWord(word) && !own.has(word));
  const added = [...new Set(words)].slice(0, EARLIER_WORDS);
  return added.length === 0 ? query : `${query} ${added.join(" ")}`;
}
