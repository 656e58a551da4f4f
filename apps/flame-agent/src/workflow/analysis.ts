import { isCommonWord, wordsOf } from "../model/embedding.offline.ts";

/** What a message asks for and what its answer depends on. */
export interface Analysis {
  readonly intent: "small-talk" | "question" | "instruction";
  /** True: it can be understood without what was said before. */
  readonly standalone: boolean;
  /** True: its answer depends on when it is asked. */
  readonly timely: boolean;
  /** True: it is about whoever asks. */
  readonly personal: boolean;
  /** True: documents may bear on it; false for small talk and plain sums. */
  readonly needsKnowledge: boolean;
}

/** A message of so few words with nothing to look up lives from what was said before: "And why?" */
const STANDALONE_WORDS = 3;

const SMALL_TALK =
  /^(?:hi|hello|hey|good (?:morning|afternoon|evening|night)|thanks|thank you|thx|ok|okay|great|cool|bye|goodbye|see you|yes|no|yep|nope)(?: (?:there|everyone|all|so much|a lot|very much|flame))*$/;
const QUESTION_START =
  /^(?:who|whose|whom|what|when|where|which|why|how|is|are|was|were|do|does|did|can|could|will|would|should|may|has|have|had)\b/;
const COURTESY = /^(?:(?:please|so|well|hi|hello|hey)[\s,!.]+)+/i;
const REFERENCE =
  /\b(?:it|its|that|this|these|those|they|them|their|he|she|him|her|his|hers|there|one|ones|same|else|more|above|previous|earlier|again|instead|also|too|former|latter)\b/;
const CONTINUATION = /^(?:and|but|or|so|then|what about|how about|why|how come|go on|continue)\b/;
const TIMELY =
  /\b(?:now|today|tonight|yesterday|tomorrow|currently|current|latest|recent|recently|nowadays|this (?:week|month|year|morning|afternoon|evening)|last (?:week|month|year|night)|next (?:week|month|year)|what (?:time|date|day) is|ago|news)\b/;
const PERSONAL = /\b(?:i|me|my|mine|myself|we|us|our|ours|am)\b/;

/**
 * Reads a message by its words alone, in well under a millisecond: whatever is in doubt counts as depending on more,
 * so that a mistake costs a model call and never gives a wrong answer.
 */
export function analyse(message: string): Analysis {
  const text = message.replace(COURTESY, "").trim();
  const words = wordsOf(text);
  const plain = words.join(" ");
  const about = words.filter((word) => !isCommonWord(word) && !/^\d+$/.test(word));
  if (SMALL_TALK.test(wordsOf(message).join(" ")) || words.length === 0)
    return { intent: "small-talk", standalone: true, timely: false, personal: false, needsKnowledge: false };
  return {
    intent: message.includes("?") || QUESTION_START.test(plain) ? "question" : "instruction",
    standalone: words.length >= STANDALONE_WORDS && !REFERENCE.test(plain) && !CONTINUATION.test(plain),
    timely: TIMELY.test(plain),
    personal: PERSONAL.test(plain),
    needsKnowledge: about.length > 0,
  };
}
