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
  for (const { number, title, content } of sourcesIn(systemText(prompt))) {
    const titleWords = wordsOf(title).map(stem);
    for (const sentence of content.split(/(?<=[.!?])\s+|\n+/)) {
      const words = new Set([...wordsOf(sentence).map(stem), ...titleWords]);
      const shared = [...asked].filter((word) => words.has(word)).length;
      if (shared > (best?.shared ?? 0)) best = { sentence: sentence.trim(), number, shared };
    }
  }
  return best && best.shared / asked.size >= ANSWERING_SHARE ? `${best.sentence} [${best.number}]` : undefined;
}

/** The passages that a prompt has found, each between its tags. */
function sourcesIn(text: string) {
  const blocks = text.split("\n</source>").slice(0, -1);
  return blocks.flatMap((block) => {
    const begin = block.indexOf("<source number=");
    const found = begin === -1 ? undefined : /^<source number="(\d+)" title="([^"]*)">\n/.exec(block.slice(begin));
    if (!found) return [];
    const [head, number = "", title = ""] = found;
    return [{ number, title, content: block.slice(begin + head.length) }];
  });
}

/** Everything that the model was told beside the conversation. */
export function systemText(prompt: readonly LanguageModelV3Message[]): string {
  return prompt.flatMap((message) => (message.role === "system" ? [message.content] : [])).join("\n");
}

/** "refunds" and "refunded" are about what "refund" is. */
function stem(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, "") : word;
}
