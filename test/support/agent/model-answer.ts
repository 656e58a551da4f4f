import type { ModelRequest } from "./model-request.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";

/** What the model says to a conversation. */
export type ModelAnswer =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool-call"; readonly callId: string; readonly tool: string; readonly input: object };

/** How long answers of prose are. */
export interface AnswerLength {
  readonly leastWords: number;
  readonly mostWords: number;
}

type Rule = (conversation: Conversation) => ModelAnswer | undefined;

interface Conversation {
  readonly question: string;
  readonly userMessages: readonly string[];
  readonly system: string;
  /** Results of the tools called since the user last spoke. */
  readonly findings: readonly string[];
  readonly callId: string;
  readonly random: SeededRandom;
  readonly length: AnswerLength;
  offers(tool: string): boolean;
}

/** The rules in order: the first that has something to say decides. */
const RULES: readonly Rule[] = [reportFindings, callCalculator, callSender, recall, citeSource, prose];

/**
 * Answers as a model would, from the whole conversation: what tools found, what they can find, what the user said
 * earlier, which sources came along, and otherwise some prose. The same seed and conversation give the same answer.
 */
export function answerConversation(request: ModelRequest, seed: number, length: AnswerLength): ModelAnswer {
  const { messages, tools } = request;
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const conversation: Conversation = {
    question: messages[lastUser]?.content ?? "",
    userMessages: messages.flatMap(({ role, content }) => (role === "user" ? [content] : [])),
    system: messages.flatMap(({ role, content }) => (role === "system" ? [content] : [])).join("\n"),
    findings: messages.slice(lastUser + 1).flatMap(({ role, content }) => (role === "tool" ? [content] : [])),
    callId: `call_${seed}_${messages.length}`,
    random: seededRandom(seed, JSON.stringify(messages)),
    length,
    offers: (tool) => tools.some((offered) => offered.function.name === tool),
  };
  for (const rule of RULES) {
    const answer = rule(conversation);
    if (answer) return answer;
  }
  return { kind: "text", text: "I have nothing to say." };
}

function reportFindings({ findings, random }: Conversation): ModelAnswer | undefined {
  if (findings.length === 0) return undefined;
  const opening = random.pick(["Here is what I found:", "The result:", "Done."]);
  return { kind: "text", text: `${opening} ${findings.join(" ")}` };
}

function callCalculator({ question, callId, offers }: Conversation): ModelAnswer | undefined {
  const expression = /[(\d][\d\s.()]*[-+*/^][-+*/^\d\s.()]*[\d)]/.exec(question)?.[0];
  if (!expression || !offers("calculate")) return undefined;
  return { kind: "tool-call", callId, tool: "calculate", input: { expression } };
}

function callSender({ question, callId, offers }: Conversation): ModelAnswer | undefined {
  const [, text, to] = /\bsend "([^"]+)" to ([^\s?!]+)/i.exec(question) ?? [];
  if (!text || !to || !offers("send_message")) return undefined;
  return { kind: "tool-call", callId, tool: "send_message", input: { to: to.replace(/\.$/, ""), text } };
}

function recall({ question, userMessages }: Conversation): ModelAnswer | undefined {
  const subject = /\bwhat(?: is|'s) my (\w+)/i.exec(question)?.[1];
  if (!subject) return undefined;
  const told = new RegExp(`\\bmy ${subject} is ([^.,;!?\\n]+)`, "i");
  const value = userMessages.map((message) => told.exec(message)?.[1]).findLast((found) => found !== undefined);
  return { kind: "text", text: value ? `Your ${subject} is ${value}.` : `You never told me your ${subject}.` };
}

/** Repeats the sentence of the sources that has most words of the question, and cites its source. */
function citeSource({ question, system }: Conversation): ModelAnswer | undefined {
  const wanted = new Set(wordsOf(question));
  let best: { score: number; sentence: string; source: string } | undefined;
  for (const [, source = "", content = ""] of system.matchAll(/<source number="(\d+)"[^>]*>([\s\S]*?)<\/source>/g)) {
    for (const sentence of content.trim().split(/(?<=[.!?])\s+/)) {
      const score = wordsOf(sentence).filter((word) => wanted.has(word)).length;
      if (score > (best?.score ?? 1)) best = { score, sentence, source };
    }
  }
  return best && { kind: "text", text: `${best.sentence} [${best.source}]` };
}

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z]{4,}/g) ?? [];

const WORDS =
  "the a plan team answer depends on what you need first then check result and share it with those who ask".split(" ");

function prose({ question, userMessages, random, length }: Conversation): ModelAnswer {
  const subject = question.split(/\s+/).slice(0, 6).join(" ");
  const words = Array.from({ length: random.whole(length.leastWords, length.mostWords) }, () => random.pick(WORDS));
  return { kind: "text", text: `On "${subject}" (message ${userMessages.length}): ${words.join(" ")}.` };
}
