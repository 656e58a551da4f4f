import type { LanguageModelV3 } from "@ai-sdk/provider";
import { Agent } from "@mastra/core/agent";
import { Mastra } from "@mastra/core/mastra";
import { Memory } from "@mastra/memory";
import type { PostgresStore } from "@mastra/pg";
import type { Context, Next } from "hono";
import type { Configuration } from "./configuration.ts";
import type { Database } from "./database/index.ts";
import { tellFailures } from "./failures/index.ts";
import type { AgentEnv } from "./http/env.ts";
import { type Logger, mastraLog } from "./log.ts";
import { answerMark } from "./memory/answer-mark.ts";
import { declinedCalls } from "./memory/declined-calls.ts";
import { messageOrder } from "./memory/message-order.ts";
import { summarising } from "./memory/summarising.ts";
import { type ApprovedTools, agentTools, type ToolCalls } from "./tools/index.ts";
import { setFollowUpsApart } from "./turns/follow-ups.ts";
import { APPROVALS_POSSIBLE, type ChatWorkflow } from "./workflow/chat.ts";
import type { ChatMetrics } from "./workflow/index.ts";

export const INSTRUCTIONS = `You are Flame, a concise assistant. Use the tool "calculate" for arithmetic and "dates" for anything about dates, times and time zones, rather than your own reckoning. Use "send_message" where the user asks to send something; a person approves it first. Use what the user told you earlier in the thread.`;

/** What the agent is made of. */
export interface FlameParts {
  readonly configuration: Configuration;
  readonly database: Database;
  readonly languageModel: LanguageModelV3;
  readonly toolCalls: ToolCalls;
  readonly approvedTools: ApprovedTools;
  readonly chatMetrics: ChatMetrics;
  readonly log: Logger;
}

/** The agent `flame` with its model and tools, and its memory in the store. */
export function createFlame({
  configuration,
  database,
  languageModel,
  toolCalls,
  approvedTools,
  chatMetrics,
  log,
}: FlameParts): { readonly agent: Agent; readonly memory: Memory } {
  const memory = new Memory({
    storage: database.store,
    options: { lastMessages: configuration.memoryLastMessages },
  });
  const tools = agentTools(toolCalls, approvedTools);
  const { send_message: _, ...open } = tools;
  const agent = new Agent({
    id: "flame",
    name: "Flame",
    description: "Answers, calculates, works with dates and documents, sends messages and remembers the thread.",
    instructions: INSTRUCTIONS,
    model: languageModel,
    // A call that waits for approval is offered only where an approval can be given: in the turns of the workflow.
    tools: ({ requestContext }) => (requestContext.get(APPROVALS_POSSIBLE) === true ? tools : open),
    memory,
    inputProcessors: [
      messageOrder,
      declinedCalls,
      summarising({
        pool: database.pool,
        languageModel,
        tokenBudget: configuration.chat.memoryTokenBudget,
        metrics: chatMetrics,
        log,
      }),
    ],
    outputProcessors: [answerMark],
  });
  tellFailures();
  setFollowUpsApart(agent);
  return { agent, memory };
}

/** Mastra with the agent and the chat workflow. */
export function createMastra(agent: Agent, chat: ChatWorkflow, storage: PostgresStore, log: Logger) {
  return new Mastra({
    agents: { flame: agent },
    workflows: { chat },
    storage,
    logger: mastraLog(log),
    server: { middleware: [{ path: "/api/*", handler: stopWithTurn }] },
  });
}

/** Makes Mastra's own routes stop when the turn is aborted: its time is over, its client left, the process ends. */
function stopWithTurn(context: Context<AgentEnv & { Variables: { abortSignal?: AbortSignal } }>, next: Next) {
  const turn = context.get("turn");
  if (turn) context.set("abortSignal", turn.signal);
  return next();
}
