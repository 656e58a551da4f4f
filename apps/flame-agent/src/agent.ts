import type { LanguageModelV3 } from "@ai-sdk/provider";
import { Agent } from "@mastra/core/agent";
import { Mastra } from "@mastra/core/mastra";
import { Memory } from "@mastra/memory";
import type { PostgresStore } from "@mastra/pg";
import type { Context, Next } from "hono";
import type { Configuration } from "./configuration.ts";
import type { AgentEnv } from "./http/env.ts";
import { type Logger, mastraLog } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { agentTools } from "./tools/index.ts";

const INSTRUCTIONS = `You are Flame, a concise assistant. Use the tool "calculate" for arithmetic and "dates" for anything about dates, times and time zones, rather than your own reckoning. Use what the user told you earlier in the thread.`;

/** Mastra with the agent `flame`: its model, its tools and its memory in the store. */
export function createMastra(
  configuration: Configuration,
  store: PostgresStore,
  languageModel: LanguageModelV3,
  metrics: Metrics,
  log: Logger,
) {
  const flame = new Agent({
    id: "flame",
    name: "Flame",
    description: "Answers, calculates, works with dates and remembers the thread.",
    instructions: INSTRUCTIONS,
    model: languageModel,
    tools: agentTools(metrics),
    memory: new Memory({ storage: store, options: { lastMessages: configuration.memoryLastMessages } }),
  });
  return new Mastra({
    agents: { flame },
    storage: store,
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
