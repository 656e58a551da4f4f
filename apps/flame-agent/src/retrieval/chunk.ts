/** A piece of a document that is found, read and cited by itself. */
export interface Passage {
  /** Headings above it, outermost first: `Install › Linux`. Empty where there are none. */
  readonly heading: string;
  readonly content: string;
}

/** Longest passage, in characters: some 250 tokens, so that several fit beside a conversation. */
export const PASSAGE_CHARACTERS = 1_000;
/** What a passage repeats of the one before it, at most, so that a sentence across the cut is whole in one of them. */
export const OVERLAP_CHARACTERS = 150;

/** A part of a document between two headings. */
export interface Section {
  readonly heading: string;
  readonly paragraphs: readonly string[];
}

/**
 * Cuts sections into passages: never across a heading, between paragraphs where possible, else between sentences, else
 * between words.
 */
export function passagesOf(sections: readonly Section[]): Passage[] {
  return sections.flatMap(({ heading, paragraphs }) => packed(paragraphs).map((content) => ({ heading, content })));
}

function packed(paragraphs: readonly string[]): string[] {
  const passages: string[] = [];
  let current = "";
  for (const paragraph of paragraphs) {
    for (const [index, piece] of piecesOf(paragraph.trim()).entries()) {
      if (piece === "") continue;
      const joined = current === "" ? piece : `${current}${index === 0 ? "\n\n" : " "}${piece}`;
      if (joined.length <= PASSAGE_CHARACTERS) {
        current = joined;
        continue;
      }
      passages.push(current);
      const overlap = lastSentences(current, Math.min(OVERLAP_CHARACTERS, PASSAGE_CHARACTERS - piece.length - 1));
      current = overlap === "" ? piece : `${overlap} ${piece}`;
    }
  }
  return current === "" ? passages : [...passages, current];
}

/** The paragraph itself where it fits, else its sentences, with one that is longer still cut between words. */
function piecesOf(paragraph: string): string[] {
  if (paragraph.length <= PASSAGE_CHARACTERS) return [paragraph];
  return sentencesOf(paragraph).flatMap((sentence) =>
    sentence.length <= PASSAGE_CHARACTERS ? [sentence] : cutBetweenWords(sentence),
  );
}

function sentencesOf(text: string): string[] {
  return text.split(/(?<=[.!?…])\s+/u);
}

function cutBetweenWords(text: string): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > PASSAGE_CHARACTERS) {
    const space = rest.lastIndexOf(" ", PASSAGE_CHARACTERS);
    const end = space > 0 ? space : wholeCharacters(rest, PASSAGE_CHARACTERS);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return rest === "" ? pieces : [...pieces, rest];
}

/** `end`, or one less where that would cut a character that takes two places. */
function wholeCharacters(text: string, end: number): number {
  const code = text.charCodeAt(end - 1);
  return code >= 0xd8_00 && code <= 0xdb_ff ? end - 1 : end;
}

/** As many of the text's last sentences as fit. */
function lastSentences(text: string, limit: number): string {
  let kept = "";
  for (const sentence of sentencesOf(text).reverse()) {
    const longer = kept === "" ? sentence : `${sentence} ${kept}`;
    if (longer.length > limit) break;
    kept = longer;
  }
  return kept;
}
