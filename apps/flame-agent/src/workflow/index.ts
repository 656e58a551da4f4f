import { createHash } from "node:crypto";
import type { Agent } from "@mastra/core/agent";
import type { Memory } from "@mastra/memory";
import { type Approvals, createApprovals } from "../approvals/approvals.ts";
import { createAnswerCache } from "../cache/answers.ts";
import type { Configuration } from "../configuration.ts";
import { createThreads, type Database } from "../database/index.ts";
import type { Logger } from "../log.ts";
import { createThreadMemory } from "../memory/thread-memory.ts";
import type { Embedding } from "../model/embedding.kind.ts";
import { createKnowledge, type Knowledge } from "../retrieval/knowledge.ts";
import { learningLine } from "../retrieval/learning-line.ts";
import { ensureVectorIndexes } from "../retrieval/vector-index.ts";
import type { ApprovedTools } from "../tools/index.ts";
import { TurnLog } from "../turn-log/index.ts";
import { ThreadLeases } from "../turns/thread-leases.ts";
import { ThreadStops } from "../turns/thread-stops.ts";
import { type ChatWorkflow, createChatWorkflow } from "./chat.ts";
import { LiveTurns } from "./live.ts";
import type { ChatMetrics } from "./metrics.ts";
import { createTurnRecords, type TurnRecords } from "./records.ts";
import { TurnRunner } from "./runner.ts";
import { StepRunner } from "./step.ts";
import { ALIVE_SECONDS, enterInstance } from "./upkeep.ts";

export { type ChatMetrics, createChatMetrics } from "./metrics.ts";

/** What chat stands on. */
export interface ChatFoundation {
  readonly configuration: Configuration;
  readonly database: Database;
  readonly embedding: Embedding;
  readonly agent: Agent;
  readonly memory: Memory;
  readonly approvedTools: ApprovedTools;
  /** What answers are made by besides the documents: answers of another make are never given again. */
  readonly maker: readonly string[];
  readonly metrics: ChatMetrics;
  readonly log: Logger;
}

/** Turns, the documents they know and the approvals they wait for. */
export interface Chat {
  readonly workflow: ChatWorkflow;
  readonly runner: TurnRunner;
  readonly records: TurnRecords;
  /** What was and is told of each turn. */
  readonly events: TurnLog;
  readonly approvals: Approvals;
  readonly leases: ThreadLeases;
  /** Runs that stand suspended in this process. */
  readonly suspended: Pick<LiveTurns, "isSuspended" | "isSuspendedIn">;
  readonly stops: ThreadStops;
  readonly knowledge: Knowledge;
  readonly log: Logger;
  /** Ends the upkeep; to be called before the database is closed. */
  close(): Promise<void>;
}

/**
 * Pause between two writes of events, in milliseconds. An embedded database works in this process: each write holds up
 * all else for about a millisecond.
 */
const WRITE_PAUSE_MILLISECONDS = { embedded: 20, postgresql: 5 } as const;

/** Documents that are learnt at once: one has some tens of MiB while it is, and a connection, of which an embedded database has one. */
const DOCUMENTS_AT_ONCE = { embedded: 1, postgresql: 4 } as const;

/** Makes the chat workflow and what it works with, and recovers the turns of instances that are gone. */
export async function openChat(foundation: ChatFoundation): Promise<Chat> {
  const { configuration, database, embedding, agent, metrics, log } = foundation;
  const { pool } = database;
  const { chat } = configuration;
  await ensureVectorIndexes(pool, embedding.dimensions, database.kind === "embedded" ? "light" : "thorough");
  const instance = await enterInstance(pool, log, {
    alone: database.kind === "embedded",
    turnRetentionDays: chat.turnRetentionDays,
    eventRetentionSeconds: chat.eventRetentionSeconds,
  });

  const knowledge = createKnowledge(pool, embedding, learningLine(pool, DOCUMENTS_AT_ONCE[database.kind]));
  const scope = createHash("sha256").update(JSON.stringify(foundation.maker)).digest("hex").slice(0, 16);
  const cache = createAnswerCache(pool, embedding, { ...chat.cache, scope });
  const memory = createThreadMemory(foundation.memory);
  const approvals = createApprovals(pool, instance.id, chat.approvalTtlSeconds);
  const records = createTurnRecords(pool, instance.id);
  const events = new TurnLog(pool, instance.id, WRITE_PAUSE_MILLISECONDS[database.kind]);
  const turns = new LiveTurns();
  const stops = new ThreadStops(pool, { instance: instance.id, isShared: database.kind !== "embedded", log });
  const leases = new ThreadLeases(pool, {
    stops,
    instance: instance.id,
    aliveSeconds: ALIVE_SECONDS,
    waitSeconds: chat.threadWaitSeconds,
  });
  const steps = new StepRunner(metrics, log);
  const workflow = createChatWorkflow({
    agent,
    configuration: chat,
    embedding,
    knowledge,
    cache,
    memory,
    approvedTools: foundation.approvedTools,
    turns,
    steps,
    metrics,
  });
  const { reconnectSeconds } = chat;
  const runner = new TurnRunner({
    workflow,
    records,
    approvals,
    memory,
    threads: createThreads(pool),
    turns,
    leases,
    events,
    reconnectSeconds,
    metrics,
    log,
  });
  const settle = async () => {
    await leases.settle();
    await runner.settle();
  };
  instance.keepUp(settle, metrics);
  return {
    workflow,
    runner,
    records,
    events,
    approvals,
    leases,
    suspended: turns,
    stops,
    knowledge,
    log,
    close: () => instance.stop(),
  };
}
