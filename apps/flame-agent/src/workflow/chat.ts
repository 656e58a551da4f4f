import type { Agent } from "@mastra/core/agent";
import { RequestContext } from "@mastra/core/request-context";
import { createStep, createWorkflow } from "@mastra/core/workflows";
import { z } from "zod";
import type { AnswerCache, CachedAnswer } from "../cache/answers.ts";
import type { ChatConfiguration } from "../configuration.ts";
import { TURN } from "../memory/answer-mark.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import type { Embedding } from "../model/embedding.kind.ts";
import type { FoundPassage, Knowledge } from "../retrieval/knowledge.ts";
import type { ApprovedTools } from "../tools/index.ts";
import { type Analysis, analyse } from "./analysis.ts";
import { mayKeep, reuseOf } from "./caching.ts";
import { CitationWatch, knowledgePrompt } from "./citations.ts";
import { EARLIER_MESSAGES, enhance } from "./enhancement.ts";
import { type Generated, generate, tell } from "./generation.ts";
import type { LiveTurns } from "./live.ts";
import type { ChatMetrics } from "./metrics.ts";
import type { MadeCall } from "./records.ts";
import { replay } from "./replay.ts";
import type { StepRunner } from "./step.ts";
import { StepCall } from "./step-calls.ts";

/** What the steps work with. */
export interface ChatParts {
  readonly agent: Agent;
  readonly configuration: Pick<ChatConfiguration, "retrieval">;
  readonly embedding: Embedding;
  readonly knowledge: Knowledge;
  readonly cache: AnswerCache;
  readonly memory: ThreadMemory;
  readonly approvedTools: ApprovedTools;
  readonly turns: LiveTurns;
  readonly steps: StepRunner;
  readonly metrics: ChatMetrics;
}

/** What a run of the workflow begins with. */
export interface ChatInput {
  /** The turn's id, which is also the id of the user's message in memory. */
  readonly turn: string;
  readonly thread: string;
  readonly resource: string;
  readonly message: string;
  /** True: nothing was said in the thread before. */
  readonly first: boolean;
  /** What earlier attempts at the turn left; absent in its first. */
  readonly left?: {
    /** The answer, where it is whole: only the turn's end was not noted. */
    readonly answer?: string;
    readonly decided: readonly MadeCall[];
  };
}

interface Analysed extends ChatInput {
  readonly analysis: Analysis;
}

interface Enhanced extends Analysed {
  /** What is searched for in place of the message. */
  readonly query: string;
}

interface LookedUp extends Enhanced {
  readonly cached?: Pick<CachedAnswer, "answer" | "citations">;
  /** Absent where the tenant's documents could not be asked about: nothing is kept then. */
  readonly revision?: string;
  /** Passages that there are to search. */
  readonly searchable: number;
}

interface Retrieved extends LookedUp {
  readonly passages: readonly FoundPassage[];
}

/** What a step hands to the next one: made and read in this file, so that there is nothing to check at run time. */
const handedOn = <Value>() => z.custom<Value>();

const Done = z.object({
  finishReason: z.string(),
  usage: z.object({
    inputTokens: z.number().optional(),
    outputTokens: z.number().optional(),
    totalTokens: z.number().optional(),
  }),
});

const WaitingCall = z.object({
  toolCall: z.string(),
  tool: z.string(),
  input: z.unknown(),
  /** All calls of the answer that it is part of; none where an earlier version left it. */
  calls: z.array(StepCall).default([]),
});
const DecidedCall = z.object({
  toolCall: z.string(),
  tool: z.string(),
  approved: z.boolean(),
  reason: z.string().nullish(),
});

export type DecidedCall = z.output<typeof DecidedCall>;
/** Reads back what a suspended run waits for. */
export const parseWaitingCall = (value: unknown) => WaitingCall.parse(value);
export const parseResult = (value: unknown) => Done.parse(value);

/** The key of the request context that says that a tool call may wait for approval. */
export const APPROVALS_POSSIBLE = "approvalsPossible";

/** The step that waits for approvals and is resumed by them. */
export const GENERATION = "generation";

/**
 * A turn: analysis → enhancement → cache → retrieval → generation. A run is written to the database only when it is
 * suspended, which is all that another process needs to go on: a turn that doesn't wait costs no snapshot.
 */
export function createChatWorkflow(parts: ChatParts) {
  const { agent, configuration, embedding, knowledge, cache, memory, approvedTools, turns, steps, metrics } = parts;
  const vectorOf = async (query: string, signal: AbortSignal) => {
    const [vector] = await embedding.embed([query], signal);
    if (!vector) throw new Error("The embedding gave no vector");
    return vector;
  };

  const analysis = createStep({
    id: "analysis",
    inputSchema: handedOn<ChatInput>(),
    outputSchema: handedOn<Analysed>(),
    execute: ({ inputData, runId }) =>
      steps.run("analysis", turns.of(runId), async () => ({
        outcome: "done",
        result: { ...inputData, analysis: analyse(inputData.message) },
      })),
  });

  const enhancement = createStep({
    id: "enhancement",
    inputSchema: handedOn<Analysed>(),
    outputSchema: handedOn<Enhanced>(),
    execute: ({ inputData, runId }) => {
      const { message, thread, first, analysis } = inputData;
      const plain = { ...inputData, query: message };
      return steps.attempt("enhancement", turns.of(runId), plain, async () => {
        if (!analysis.needsKnowledge) return { outcome: "skipped", result: plain };
        const earlier = first || analysis.standalone ? [] : await memory.lastUserMessages(thread, EARLIER_MESSAGES);
        return { outcome: "done", result: { ...inputData, query: enhance(message, analysis, earlier) } };
      });
    },
  });

  const lookup = createStep({
    id: "cache",
    inputSchema: handedOn<Enhanced>(),
    outputSchema: handedOn<LookedUp>(),
    execute: ({ inputData, runId }) => {
      const turn = turns.of(runId);
      const { analysis, first, query, left } = inputData;
      return steps.attempt("cache", turn, { ...inputData, searchable: 0 }, async () => {
        if (!analysis.needsKnowledge) return { outcome: "skipped", result: { ...inputData, searchable: 0 } };
        // A turn that has an answer or did something gets no other answer's words.
        const begun = left !== undefined && (left.answer !== undefined || left.decided.length > 0);
        const reuse = cache.enabled && !begun ? reuseOf(analysis, first) : "none";
        if (reuse === "none") {
          const { revision, passages } = await cache.knowledge(turn.tenant);
          return { outcome: "skipped", result: { ...inputData, revision, searchable: passages } };
        }
        const vector = await vectorOf(query, turn.signal);
        const found = await cache.look(turn.tenant, query, vector, { groundedOnly: reuse === "grounded" });
        metrics.countLookup(found.hit !== undefined);
        const { hit, revision, passages } = found;
        const cached = hit && { answer: hit.answer, citations: hit.citations };
        return {
          outcome: hit ? "hit" : "miss",
          result: { ...inputData, ...(cached && { cached }), revision, searchable: passages },
        };
      });
    },
  });

  const retrieval = createStep({
    id: "retrieval",
    inputSchema: handedOn<LookedUp>(),
    outputSchema: handedOn<Retrieved>(),
    execute: ({ inputData, runId }) => {
      const turn = turns.of(runId);
      const nothing = { ...inputData, passages: [] };
      // An answer that lacks passages because a search failed must not be given again.
      return steps.attempt("retrieval", turn, { ...nothing, revision: undefined }, async () => {
        const wanted = configuration.retrieval;
        if (inputData.cached || inputData.searchable === 0 || wanted.passages === 0)
          return { outcome: "skipped", result: nothing };
        const vector = await vectorOf(inputData.query, turn.signal);
        const found = await knowledge.search(turn.tenant, vector, wanted);
        metrics.countRetrieval(found.length);
        return { outcome: "done", result: { ...inputData, passages: found } };
      });
    },
  });

  const generation = createStep({
    id: GENERATION,
    inputSchema: handedOn<Retrieved>(),
    outputSchema: Done,
    suspendSchema: WaitingCall,
    resumeSchema: DecidedCall,
    execute: async ({ inputData, runId, resumeData, suspend, suspendData }) => {
      const turn = turns.of(runId);
      const {
        turn: id,
        thread,
        resource,
        message,
        cached,
        passages,
        query,
        revision,
        analysis,
        first,
        left,
      } = inputData;
      const done = await steps.run<Generated>("generation", turn, async () => {
        if (cached) {
          const result = await tell(turn, cached.answer);
          for (const data of cached.citations) await turn.emit({ event: "citation", data });
          await memory.saveExchange({ id, thread, resource, message, answer: cached.answer });
          return { outcome: "skipped", result };
        }
        const watch = new CitationWatch(passages);
        if (left?.answer !== undefined) return { outcome: "skipped", result: await tell(turn, left.answer, watch) };
        const replayed =
          left && !resumeData
            ? await replay({ id, thread, resource, message, decided: left.decided }, turn, memory, approvedTools)
            : undefined;
        const options = {
          runId,
          memory: { thread, resource },
          abortSignal: turn.signal,
          requestContext: contextOf(turn.tenant, id),
          ...(passages.length > 0 && { system: knowledgePrompt(passages) }),
        };
        const calls = resumeData ? parseWaitingCall(suspendData).calls : [];
        const generation = { id, message, replayed, options, calls, decided: resumeData };
        const result = await generate(agent, turn, watch, generation);
        if (result.kind === "waiting") return { outcome: "waiting", result };
        const mayBeKept = result.plain && !resumeData && !left?.decided.length && mayKeep(analysis, first, watch.text);
        if (cache.enabled && mayBeKept && revision !== undefined) {
          const kept = { answer: watch.text, citations: watch.citations, revision };
          await steps.tolerate("cache", turn, undefined, async () =>
            cache.keep(turn.tenant, query, await vectorOf(query, turn.signal), kept),
          );
        }
        return { outcome: "done", result };
      });
      if (done.kind === "waiting") {
        turns.suspend(runId, inputData.thread);
        return suspend(done.call);
      }
      return { finishReason: done.finishReason, usage: done.usage };
    },
  });

  return createWorkflow({
    id: "chat",
    description: "A turn: analysis, query enhancement, semantic cache, retrieval, generation.",
    inputSchema: handedOn<ChatInput>(),
    outputSchema: Done,
    options: {
      validateInputs: false,
      shouldPersistSnapshot: ({ workflowStatus }) => workflowStatus === "suspended",
      // Of several resumptions one alone gets here: the decision about the approval is made in SQL.
      allowUnclaimedResumes: true,
      autoRestartActiveRuns: false,
    },
  })
    .then(analysis)
    .then(enhancement)
    .then(lookup)
    .then(retrieval)
    .then(generation)
    .commit();
}

/** What tools are told about whom they work for; a model or an instruction may be chosen by it too. */
function contextOf(tenant: string, turn: string): RequestContext {
  const context = new RequestContext();
  context.set("tenant", tenant);
  context.set(TURN, turn);
  context.set(APPROVALS_POSSIBLE, true);
  return context;
}

export type ChatWorkflow = ReturnType<typeof createChatWorkflow>;
