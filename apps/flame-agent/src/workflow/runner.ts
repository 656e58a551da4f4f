import { randomUUID } from "node:crypto";
import type { Approvals, Continuation } from "../approvals/approvals.ts";
import { asCaller, type Threads } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import { textBehind } from "../memory/message-text.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import { ownedName } from "../tenants/index.ts";
import { type EncodedEvent, encoded, type TurnLog, type TurnWriter } from "../turn-log/index.ts";
import { TurnAborted } from "../turns/turns.ts";
import {
  type ChatInput,
  type ChatWorkflow,
  type DecidedCall,
  GENERATION,
  parseResult,
  parseWaitingCall,
} from "./chat.ts";
import type { TurnEvent } from "./events.ts";
import { failureOf, NOT_KEPT } from "./failure.ts";
import type { LiveTurn, LiveTurns } from "./live.ts";
import type { ChatMetrics } from "./metrics.ts";
import type { Resumption, TurnRecords, TurnState } from "./records.ts";

/** What a client asks for. */
export interface TurnRequest {
  readonly message: string;
  /** Absent: a new thread begins. */
  readonly thread?: string | undefined;
  readonly resource: string;
}

/** A request that may run: its thread is new, or its own. */
export interface AdmittedTurn {
  readonly tenant: string;
  readonly message: string;
  readonly thread: string;
  readonly resource: string;
  readonly first: boolean;
}

/** What stops a turn: its signal, which is aborted too where nobody follows the turn any more. */
export interface TurnControl {
  readonly signal: AbortSignal;
  abort(reason: TurnAborted): void;
}

/** A turn that runs; what is told of it is in the log. */
export interface StartedTurn {
  readonly id: string;
  /** The id of the last event that was told of it before; 0: none. */
  readonly after: number;
  /** Resolves when the turn rests: it ended or waits, and its state is in the database, or will be. Never rejects. */
  readonly over: Promise<"completed" | "failed">;
}

export interface RunnerParts {
  readonly workflow: ChatWorkflow;
  readonly records: TurnRecords;
  readonly approvals: Approvals;
  readonly memory: ThreadMemory;
  readonly threads: Threads;
  readonly turns: LiveTurns;
  readonly events: TurnLog;
  /** How long a turn goes on that nobody follows, in seconds. */
  readonly reconnectSeconds: number;
  readonly metrics: ChatMetrics;
  readonly log: Logger;
}

type EndState = Exclude<TurnState, "running" | "waiting">;
/** What a run begins with besides the message. */
type Beginning = Pick<ChatInput, "first" | "left">;
type Run = Awaited<ReturnType<ChatWorkflow["createRun"]>>;

/** A turn's end that is still to be noted. */
interface Ending {
  readonly state: EndState;
  readonly failure: string | null;
  readonly told: readonly EncodedEvent[];
}

const ABANDONED = new TurnAborted("client-left", "The client left");

/** Runs turns through the workflow, from their beginning, after a decision, and after an interruption. */
export class TurnRunner {
  readonly #parts: RunnerParts;
  readonly #unnoted = new Map<string, Ending>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** The turn that the request asks for; undefined where its thread belongs to another resource. A new one is its own. */
  async admit(tenant: string, { message, thread, resource }: TurnRequest): Promise<AdmittedTurn | undefined> {
    if (thread === undefined) return { tenant, message, thread: randomUUID(), resource, first: true };
    const claimed = await this.#parts.threads.claim({
      thread: ownedName(tenant, thread),
      resource: ownedName(tenant, resource),
    });
    return claimed === "other" ? undefined : { tenant, message, thread, resource, first: claimed === "new" };
  }

  /** Takes a new turn. Rejects where it could not be noted that it began. */
  async begin({ first, ...turn }: AdmittedTurn, control: TurnControl): Promise<StartedTurn> {
    const { records, workflow } = this.#parts;
    // Of a run that has no name yet Mastra doesn't ask the database whether there is such a one.
    const run = await workflow.createRun();
    // Mastra forgets a run when it ends, which one that never started doesn't; one that waits is in the database.
    const forget = () => void workflow.runs.delete(run.runId);
    try {
      await records.begin({ id: run.runId, ...turn });
      const started = await this.#start(run.runId, run.runId, turn, control, async () => ({ first }), run);
      void started.over.then(forget);
      return started;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Goes on with a turn whose tool call was decided about, whoever follows it. */
  async decided(
    tenant: string,
    { turn: id, decision, run: runId, toolCall, tool, thread, resource }: Continuation,
    control: TurnControl,
  ): Promise<StartedTurn> {
    this.#parts.metrics.countApproval(decision.approved ? "approved" : "rejected");
    const resumeData: DecidedCall = { ...decision, toolCall, tool };
    return this.#run(id, runId, { tenant, thread, resource }, control, {
      isNew: false,
      wasSuspended: true,
      graceSeconds: Number.POSITIVE_INFINITY,
      go: (run) => run.resume({ step: GENERATION, resumeData }),
    });
  }

  /**
   * Goes on with an interrupted turn in a new run: tells its answer where that is whole in memory, or else begins anew
   * with what was decided about its tool calls, and what came of them.
   */
  async resume(
    tenant: string,
    id: string,
    { decided, run, ...turn }: Resumption,
    control: TurnControl,
  ): Promise<StartedTurn> {
    const { memory, threads } = this.#parts;
    const thread = ownedName(tenant, turn.thread);
    return this.#start(id, run, { tenant, ...turn }, control, async () => {
      const { answer } = await memory.ofTurn(thread, id);
      const told =
        answer &&
        textBehind(
          answer,
          decided.map(({ toolCall }) => toolCall),
        );
      const owner = await threads.ownerOf(thread);
      return {
        first: owner === undefined,
        left: { decided, ...(told !== undefined && { answer: told }) },
      };
    });
  }

  #start(
    id: string,
    runId: string,
    turn: Omit<AdmittedTurn, "first">,
    control: TurnControl,
    beginning: () => Promise<Beginning>,
    newRun?: Run,
  ): Promise<StartedTurn> {
    const { tenant, message } = turn;
    const thread = ownedName(tenant, turn.thread);
    const resource = ownedName(tenant, turn.resource);
    return this.#run(id, runId, turn, control, {
      isNew: newRun !== undefined,
      wasSuspended: false,
      graceSeconds: this.#parts.reconnectSeconds,
      go: async (run) => run.start({ inputData: { turn: id, thread, resource, message, ...(await beginning()) } }),
      ...(newRun && { run: newRun }),
    });
  }

  async #run(
    id: string,
    runId: string,
    { tenant, thread, resource }: Pick<AdmittedTurn, "tenant" | "thread" | "resource">,
    { signal, abort }: TurnControl,
    way: {
      readonly isNew: boolean;
      readonly wasSuspended: boolean;
      readonly graceSeconds: number;
      readonly go: (run: Run) => ReturnType<Run["start"]>;
      readonly run?: Run;
    },
  ): Promise<StartedTurn> {
    const { turns, events, workflow, log } = this.#parts;
    const following = { graceSeconds: way.graceSeconds, abandoned: () => abort(ABANDONED) };
    const writer = await events.write(id, { isNew: way.isNew, following }).catch(async (error: unknown) => {
      // The turn is this instance's already: without an end it would look as if it ran.
      await this.#note(id, { state: "interrupted", failure: null, told: [] });
      throw error;
    });
    const emit = (event: TurnEvent) => writer.append(event);
    const live: LiveTurn = { tenant, emit, signal };
    const work = async (): Promise<"completed" | "failed"> => {
      let snapshot = way.wasSuspended;
      try {
        await emit({ event: "start", data: { turn: id, thread, resource } });
        const caller = { resource: ownedName(tenant, resource), thread: ownedName(tenant, thread) };
        const run = async () => way.go(way.run ?? (await workflow.createRun({ runId })));
        const result = await asCaller(caller, () => turns.during(runId, live, run));
        if (result.status === "suspended") {
          snapshot = true;
          await this.#wait(id, writer, result.steps[GENERATION]);
          return "completed";
        }
        if (result.status !== "success") throw live.failure ?? new Error(`The workflow ended as ${result.status}`);
        const { finishReason, usage } = parseResult(result.result);
        const { inputTokens = 0, outputTokens = 0, totalTokens = 0 } = usage;
        const end: TurnEvent = {
          event: "end",
          data: { finishReason, usage: { inputTokens, outputTokens, totalTokens } },
        };
        await this.#end(id, writer, "completed", null, end);
        if (snapshot) await this.#forget(runId);
        return "completed";
      } catch (error) {
        if (!signal.aborted) log.error({ error: describeError(error) }, "turn failed");
        const { state, failure } = endOf(signal);
        await this.#end(id, writer, state, failure, failureOf(signal, error));
        if (snapshot) await this.#forget(runId);
        return "failed";
      }
    };
    return { id, after: writer.after, over: work() };
  }

  /** Has the turn wait: only now, when all that another process needs to go on is in the database. */
  async #wait(id: string, writer: TurnWriter, step: unknown): Promise<void> {
    const { approvals, metrics } = this.#parts;
    const { toolCall, tool, input } = parseWaitingCall(suspendPayloadOf(step));
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    const end: TurnEvent = { event: "end", data: { finishReason: "suspended", usage } };
    const waits = await writer.end((waiting) =>
      approvals.request(id, { toolCall, tool, input }, (approval) => {
        const data = { id: approval.id, toolCall, tool, input, expiresAt: approval.expiresAt.toISOString() };
        const asked: TurnEvent = { event: "approval", data };
        return [...waiting, encoded(asked), encoded(end)];
      }),
    );
    if (!waits) throw new Error("The turn was given up while this process was away");
    metrics.countApproval("requested");
  }

  /** Notes the ends that could not be noted when they came, because the database was away. */
  async settle(): Promise<void> {
    for (const [id, { state, failure, told }] of this.#unnoted) {
      await this.#parts.records.end(id, state, failure, told);
      this.#unnoted.delete(id);
    }
  }

  /** Notes how the turn ended, and tells `last` of it. */
  async #end(id: string, writer: TurnWriter, state: EndState, failure: string | null, last: TurnEvent): Promise<void> {
    const kept = await writer.end(async (waiting) => {
      const events = [...waiting, encoded(last)];
      const firstId = await this.#note(id, { state, failure, told: events });
      return firstId === undefined ? undefined : { firstId, events };
    });
    if (!kept) writer.close(last.event === "error" ? last : NOT_KEPT);
  }

  /** The id of the first event that is told of the end; undefined where it isn't noted, or not yet. */
  async #note(id: string, ending: Ending): Promise<number | undefined> {
    const { records, log } = this.#parts;
    const { state, failure, told } = ending;
    try {
      const firstId = await records.end(id, state, failure, told);
      if (firstId === undefined) log.warn({ state }, "turn ended after it was given up");
      return firstId;
    } catch (error) {
      // A database that is away must not hide from the client what happened.
      this.#unnoted.set(id, ending);
      log.error({ state, error: describeError(error) }, "turn's end not noted yet");
      return undefined;
    }
  }

  /** Removes what a suspended run left in the database. */
  async #forget(runId: string): Promise<void> {
    const { workflow, log } = this.#parts;
    await workflow.deleteWorkflowRunById(runId).catch((error: unknown) => {
      log.warn({ error: describeError(error) }, "workflow run not removed");
    });
  }
}

/** How a turn that didn't complete is noted. One that the shutdown stopped can be resumed elsewhere. */
export function endOf(signal: AbortSignal): { state: EndState; failure: string | null } {
  const { reason } = signal;
  if (!signal.aborted || !(reason instanceof TurnAborted)) return { state: "failed", failure: "failed" };
  if (reason.outcome === "client-left") return { state: "cancelled", failure: null };
  if (reason.outcome === "shut-down") return { state: "interrupted", failure: null };
  return { state: "failed", failure: reason.outcome };
}

function suspendPayloadOf(step: unknown): unknown {
  const isSuspended = typeof step === "object" && step !== null && "suspendPayload" in step;
  return isSuspended ? step.suspendPayload : undefined;
}
