import type { LanguageModelV3CallOptions, LanguageModelV3Message } from "@ai-sdk/provider";
import { SUMMARY_HEADING, SUMMARY_INSTRUCTIONS } from "../memory/summary-prompt.ts";
import { fromSources, systemText } from "./offline.knowledge.ts";

type Tools = NonNullable<LanguageModelV3CallOptions["tools"]>;

/** What the offline model says next. */
export type Answer =
  | { readonly kind: "text"; readonly tokens: Iterable<string> }
  | { readonly kind: "tool-call"; readonly tool: string; readonly callId: string; readonly input: unknown };

/** Largest N of "count to N": at 50 tokens a second more than half an hour. */
const COUNT_MAX = 100_000;

/**
 * Decides the answer from the whole conversation: what a tool has just found, a count, arithmetic and dates (by
 * calling the tool, where it is offered), what the user said of themself earlier, and otherwise a plain reply.
 */
export function answerTo(prompt: readonly LanguageModelV3Message[], tools: Tools): Answer {
  const found = toolFindings(prompt);
  if (found.length > 0) return say(found.join(" "));

  const said = userMessages(prompt);
  const question = said.at(-1) ?? "";
  const told = systemText(prompt);
  if (told === SUMMARY_INSTRUCTIONS) return say(summaryOf(question));
  const offered = (name: string) => tools.some((tool) => tool.name === name);

  const count = /\bcount (?:up )?to (\d+)/i.exec(question)?.[1];
  if (count)
    return Number(count) <= COUNT_MAX
      ? { kind: "text", tokens: numbersTo(Number(count)) }
      : say(`I count to ${COUNT_MAX} at most.`);

  const dates = offered("dates") && dateQuestion(question);
  if (dates) return { kind: "tool-call", tool: "dates", callId: callId(prompt), input: { question: dates } };

  const expression = offered("calculate") && arithmeticIn(question);
  if (expression) return { kind: "tool-call", tool: "calculate", callId: callId(prompt), input: { expression } };

  const message = offered("send_message") && messageIn(question);
  if (message) return { kind: "tool-call", tool: "send_message", callId: callId(prompt), input: message };

  const summary = told.split(SUMMARY_HEADING)[1] ?? "";
  return say(fromMemory(question, [summary, ...said]) ?? fromSources(question, prompt) ?? plainReply(question, said));
}

/** Text in pieces as a tokeniser would cut it: each word with the space before it. */
export function tokensOf(text: string): Iterable<string> {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

function say(text: string): Answer {
  return { kind: "text", tokens: tokensOf(text) };
}

function* numbersTo(count: number) {
  for (let number = 1; number <= count; number += 1) yield number === 1 ? "1" : ` ${number}`;
}

function userMessages(prompt: readonly LanguageModelV3Message[]): string[] {
  return prompt.flatMap((message) =>
    message.role === "user"
      ? [message.content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n")]
      : [],
  );
}

/** A sentence for each result of the tools called since the user last spoke. */
function toolFindings(prompt: readonly LanguageModelV3Message[]): string[] {
  const lastUser = prompt.findLastIndex((message) => message.role === "user");
  return prompt.slice(lastUser + 1).flatMap((message) => {
    if (message.role !== "tool") return [];
    return message.content.flatMap((part) => {
      if (part.type !== "tool-result") return [];
      const { output } = part;
      if (output.type === "error-text") return [`The tool ${part.toolName} refused: ${output.value}.`];
      if (output.type === "error-json") return [`The tool ${part.toolName} refused: ${JSON.stringify(output.value)}.`];
      if (output.type === "text") return [output.value];
      return output.type === "json" ? [answerIn(output.value)] : [`The tool ${part.toolName} gave no text.`];
    });
  });
}

/** Our tools put a whole sentence in `answer`; of others the data are shown. */
function answerIn(value: unknown): string {
  const isSentence =
    typeof value === "object" && value !== null && "answer" in value && typeof value.answer === "string";
  return isSentence ? String(value.answer) : JSON.stringify(value);
}

/** The longest piece of a question that reads as an expression with at least one operator or function. */
function arithmeticIn(question: string): string | undefined {
  const pieces = question.match(/(?:(?:sqrt|abs|round|floor|ceil|min|max|pi)\b|[\d.+\-*/%^(),\s])+/gi) ?? [];
  const trimmed = pieces.map((piece) => withoutEndMarks(piece.trim()));
  return trimmed
    .filter(
      (piece) => /\d/.test(piece) && (/[\d)]\s*[+\-*/%^]\s*[\d(.a-z+-]/i.test(piece) || /^[a-z]+\s*\(/i.test(piece)),
    )
    .sort((one, other) => other.length - one.length)[0];
}

/** What a sentence ends with isn't the expression's. */
function withoutEndMarks(piece: string): string {
  let end = piece.length;
  while (end > 0 && /[\s.,]/.test(piece.charAt(end - 1))) end -= 1;
  return piece.slice(0, end);
}

/** `Send "the text" to somebody`. */
function messageIn(question: string) {
  const found = /\bsend (?:the message )?"([^"]+)" to (\S+)/i.exec(question);
  return found ? { to: found[2]?.replace(/(?<=.)[.!?]$/, ""), text: found[1] } : undefined;
}

/** The facts that a conversation tells, in the user's words, so that a later question finds them. */
function summaryOf(conversation: string): string {
  const facts = [...factsIn(conversation)].map(([name, value]) => `my ${name} is ${value}`);
  return facts.length === 0 ? "The user told nothing of themself." : `The user said: ${facts.join(", ")}.`;
}

const DATE = /\d{4}-\d{2}-\d{2}(?:T[\d:.]{1,24}(?:Z|[+-]\d{2}:\d{2})?)?/g;
const ZONE = /\b[A-Z][A-Za-z_]{1,39}(?:\/[A-Z][A-Za-z_+\-\d]{1,39}){1,2}|\bUTC\b/;

function dateQuestion(question: string) {
  const dates = question.match(DATE) ?? [];
  const timezone = ZONE.exec(question)?.[0];
  const [from, to] = dates;
  const duration = /\b(\d+) (year|month|week|day|hour|minute)s? (after|before|from)\b/i.exec(question);
  if (from && to) return { kind: "between", from, to };
  if (from && duration) {
    const sign = duration[3]?.toLowerCase() === "before" ? -1 : 1;
    return { kind: "add", to: from, amount: sign * Number(duration[1]), unit: `${duration[2]?.toLowerCase()}s` };
  }
  if (from && timezone) return { kind: "convert", instant: from, timezone };
  if (from && /\b(day|weekday)\b/i.test(question)) return { kind: "weekday", date: from };
  if (/\bwhat (?:time|date|day)\b/i.test(question)) return { kind: "now", timezone: timezone ?? "UTC" };
  return undefined;
}

/** Longest name of something that a user tells of themself, in characters. */
const NAME_CHARACTERS = 60;

/** Answers "what is my …?" from the latest "my … is …" of the thread, and takes note of a new one. */
function fromMemory(question: string, said: readonly string[]): string | undefined {
  const asked = /\bwhat(?:'s| is| was) my ([a-z][a-z ]{0,59}?) ?\??$/i.exec(question.trim())?.[1]?.toLowerCase();
  if (asked) {
    const value = said
      .slice(0, -1)
      .map((message) => factsIn(message).get(asked))
      .findLast((fact) => fact !== undefined);
    return value ? `Your ${asked} is ${value}.` : `You haven't told me your ${asked} in this thread.`;
  }
  const facts = [...factsIn(question)];
  return facts.length > 0
    ? `Noted: ${facts.map(([name, value]) => `your ${name} is ${value}`).join(", and ")}.`
    : undefined;
}

function factsIn(message: string): Map<string, string> {
  return new Map(message.split(/[.,;!?\n]/).flatMap(factIn));
}

/** "my … is …", with the name in small letters; none or one. Looks at each character a few times, whatever is written. */
function factIn(sentence: string): (readonly [name: string, value: string])[] {
  const is = / is /gi;
  let end = -1;
  for (const { 0: my, index } of sentence.matchAll(/\bmy /gi)) {
    const begin = index + my.length;
    if (end < begin) {
      is.lastIndex = begin;
      end = is.exec(sentence)?.index ?? -1;
    }
    if (end === -1) return [];
    const name = end - begin <= NAME_CHARACTERS ? sentence.slice(begin, end).toLowerCase() : "";
    const value = sentence.slice(end + " is ".length).trim();
    if (/^[a-z][a-z ]*$/.test(name)) return value === "" ? [] : [[name, value]];
  }
  return [];
}

function plainReply(question: string, said: readonly string[]): string {
  const words = question.trim().split(/\s+/).slice(0, 12).join(" ");
  return `You said "${words}". That is message ${said.length} of yours that I see in this thread. I can calculate, work with dates, remember what you tell me and count.`;
}

/** Unique in the thread and the same each time: the number of messages so far. */
function callId(prompt: readonly LanguageModelV3Message[]): string {
  return `call-${prompt.length}`;
}
