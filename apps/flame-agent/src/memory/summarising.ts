import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { MastraDBMessage } from "@mastra/core/agent";
import { parseMemoryRequestContext } from "@mastra/core/memory";
import type { Processor } from "@mastra/core/processors";
import type { Pool } from "pg";
import { describeError, type Logger } from "../log.ts";
import type { ChatMetrics } from "../workflow/metrics.ts";
import { textOf } from "./message-text.ts";
import { createSummaries } from "./summaries.ts";
import { SUMMARY_HEADING, SUMMARY_INSTRUCTIONS } from "./summary-prompt.ts";

/** Longest summary, in tokens. */
const SUMMARY_TOKENS = 400;
/** Share of the budget that stays word by word, so that not every turn summarises again. */
const KEPT_SHARE = 0.5;
/** Characters of a token, near enough for a budget. */
const TOKEN_CHARACTERS = 4;
/** What a message costs beside its words, in tokens. */
const MESSAGE_TOKENS = 4;

export interface SummarisingParts {
  readonly pool: Pool;
  readonly languageModel: LanguageModelV3;
  /** Tokens of earlier messages that the model sees word by word. */
  readonly tokenBudget: number;
  readonly metrics: Pick<ChatMetrics, "countSummary">;
  readonly log: Logger;
}

/**
 * Keeps what the model sees of a thread within a budget: where its messages exceed it, the older ones are summarised
 * once and the summary stands for them from then on. They stay in the database. Where the model can't summarise, the
 * older ones are left out of this turn and the next one tries again.
 */
export function summarising({ pool, languageModel, tokenBudget, metrics, log }: SummarisingParts) {
  const summaries = createSummaries(pool);

  return {
    id: "summarising",
    async processInput({ messageList, requestContext, abortSignal }) {
      const { thread: { id: thread } = {}, resourceId: resource } = parseMemoryRequestContext(requestContext) ?? {};
      const remembered = messageList.get.remembered.db();
      if (thread === undefined || resource === undefined || remembered.length === 0) return messageList;

      let summary = await summaries.of(thread);
      const covered = summary?.coversUntil.getTime() ?? Number.NEGATIVE_INFINITY;
      const { older, newer } = split(
        remembered.filter(({ createdAt }) => createdAt.getTime() > covered),
        tokenBudget,
      );
      const last = older.at(-1);
      if (last) {
        try {
          const content = await summarise(languageModel, summary?.content, older, abortSignal);
          summary = { content, coversUntil: last.createdAt };
          await summaries.keep(thread, resource, summary);
          metrics.countSummary("completed");
        } catch (error) {
          abortSignal?.throwIfAborted();
          metrics.countSummary("failed");
          log.warn({ error: describeError(error) }, "summary failed, older messages are left out");
        }
      }

      const kept = new Set(newer.map(({ id }) => id));
      messageList.removeByIds(remembered.filter(({ id }) => !kept.has(id)).map(({ id }) => id));
      if (summary) messageList.addSystem(`${SUMMARY_HEADING}\n${summary.content}`, "summary");
      return messageList;
    },
  } satisfies Processor<"summarising">;
}

/** Older messages to summarise and newer ones to keep. Nothing is older while all are within the budget. */
export function split(messages: readonly MastraDBMessage[], tokenBudget: number) {
  const inOrder = messages.toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
  const sizes = inOrder.map(tokensOfMessage);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= tokenBudget) return { older: [], newer: inOrder };
  let first = inOrder.length;
  for (let left = tokenBudget * KEPT_SHARE; first > 0; first -= 1) {
    left -= sizes[first - 1] ?? 0;
    if (left < 0) break;
  }
  return { older: inOrder.slice(0, first), newer: inOrder.slice(first) };
}

/** About how many tokens a message is to the model, what tools were asked and answered included. */
export function tokensOfMessage(message: MastraDBMessage): number {
  const characters = message.content.parts
    .map((part) => {
      if (part.type === "text") return part.text.length;
      return part.type === "tool-invocation" ? JSON.stringify(part.toolInvocation).length : 0;
    })
    .reduce((sum, length) => sum + length, 0);
  return MESSAGE_TOKENS + Math.ceil(characters / TOKEN_CHARACTERS);
}

async function summarise(
  model: LanguageModelV3,
  before: string | undefined,
  messages: readonly MastraDBMessage[],
  abortSignal: AbortSignal | undefined,
): Promise<string> {
  const conversation = messages.map((message) => `${message.role}: ${textOf(message)}`).join("\n");
  const text = before === undefined ? conversation : `${SUMMARY_HEADING}\n${before}\n\n${conversation}`;
  const { content } = await model.doGenerate({
    prompt: [
      { role: "system", content: SUMMARY_INSTRUCTIONS },
      { role: "user", content: [{ type: "text", text }] },
    ],
    maxOutputTokens: SUMMARY_TOKENS,
    ...(abortSignal && { abortSignal }),
  });
  const summary = content
    .flatMap((part) => (part.type === "text" ? [part.text] : []))
    .join("")
    .trim();
  if (summary === "") throw new Error("The model gave an empty summary");
  return summary;
}
