import type { LanguageModelV3Message } from "@ai-sdk/provider";
import { isCommonWord, wordsOf } from "./embedding.offline.ts";

/** Least share of the question's words that a sentence must have to answer it. */
const ANSWERING_SHARE = 0.4;

/** The sentence of the passages in the prompt that has most of the question's words, with its citation. */
export function fromSources(question: string, prompt: readonly LanguageModelV3Message[]): string | undefined {
  const asked = new Set(
    wordsOf(question)
      .filter((word) => !isCommonWord(word))
      .map(stem),
  );
  if (asked.size === 0) return undefined;
  let best: { sentence: string; number: string; shared: number } | undefined;
  for (const [, number = "", title = "", content = ""] of systemText(prompt).matchAll(
    /<source number="(\d+)" title="([^"]*)">\n([\s\S]*?)\n<\/source>/g,
  )) {
    const titleWords = wordsOf(title).map(stem);
    for (const sentence of content.split(/(?<=[.!?])\s+|\n+/)) {
      const words = new Set([...wordsOf(sentence).map(stem), ...titleWords]);
      const shared = [...asked].filter((word) => words.has(word)).length;
      if (shared > (best?.shared ?? 0)) best = { sentence: sentence.trim(), number, shared };
    }
  }
  return best && best.shared / asked.size >= ANSWERING_SHARE ? `${best.sentence} [${best.number}]` : undefined;
}

/** Everything that the model was told beside the conversation. */
export function systemText(prompt: readonly LanguageModelV3Message[]): string {
  return prompt.flatMap((message) => (message.role === "system" ? [message.content] : [])).join("\n");
}

/** "refunds" and "refunded" are about what "refund" is. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, "") : word;
}
