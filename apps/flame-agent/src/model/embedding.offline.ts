import { setImmediate as pause } from "node:timers/promises";
import type { Embedding } from "./embedding.kind.ts";

const DIMENSIONS = 384;
/** Texts after which others get their turn: a few milliseconds of work. */
const BATCH = 32;
/** What a whole word counts against one of its three-letter pieces: pieces let "deploys" meet "deployment". */
const WORD_WEIGHT = 1;
const PIECE_WEIGHT = 0.25;
/** What a word that is in every text counts: enough to tell two questions apart, too little to make texts alike. */
const COMMON_WORD_WEIGHT = 0.1;

const COMMON_WORDS = new Set(
  "s t re ve ll d m a about am an and any are as at be been but by can could did do does for from had has have how i if in into is it its may me my no not of on or our please should so tell that the their them then there these they this to us was we were what when where which who whom whose why will with would you your".split(
    " ",
  ),
);

/**
 * An embedding with no network, key or chance in it: words and their three-letter pieces are hashed into places of the
 * vector. Texts are alike as far as they share words; it knows nothing of meaning.
 */
export function offlineEmbedding(): Embedding {
  return {
    id: `offline-1/${DIMENSIONS}`,
    dimensions: DIMENSIONS,
    async embed(texts, signal) {
      const vectors: number[][] = [];
      for (const [index, text] of texts.entries()) {
        if (index > 0 && index % BATCH === 0) await pause(undefined, { signal });
        vectors.push(vectorOf(text));
      }
      return vectors;
    },
  };
}

function vectorOf(text: string): number[] {
  const vector = new Array<number>(DIMENSIONS).fill(0);
  for (const [feature, weight] of featuresOf(text)) {
    const hash = hashOf(feature);
    const place = hash % DIMENSIONS;
    // Half of the features count downwards, so that two that share a place cancel out as often as they add up.
    vector[place] = (vector[place] ?? 0) + ((hash >>> 16) & 1 ? weight : -weight);
  }
  const length = Math.hypot(...vector);
  // A text without a word still needs a direction: the index can't hold a vector of zeros.
  if (length === 0) return vector.with(0, 1);
  return vector.map((value) => value / length);
}

/** Words and pieces with their weights: a word that comes n times counts √n times. */
function featuresOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const features = new Map<string, number>();
  const add = (feature: string, weight: number) => features.set(feature, (features.get(feature) ?? 0) + weight);
  for (const [word, count] of counts) {
    const common = COMMON_WORDS.has(word);
    add(`word ${word}`, Math.sqrt(count) * (common ? COMMON_WORD_WEIGHT : WORD_WEIGHT));
    if (common) continue;
    const padded = `<${word}>`;
    for (let start = 0; start + 3 <= padded.length; start += 1)
      add(`piece ${padded.slice(start, start + 3)}`, Math.sqrt(count) * PIECE_WEIGHT);
  }
  return features;
}

/** Words in lower case without accents. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKD")
      .replace(/\p{M}/gu, "")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** True for a word that says nothing about what a text is about. */
export function isCommonWord(word: string): boolean {
  return COMMON_WORDS.has(word);
}

/** FNV-1a with a final mix, in 32 bits. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01_00_01_93);
  }
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c_1b_3c_6d) >>> 0;
}
