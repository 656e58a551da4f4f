import { randomUUID } from "node:crypto";
import type { Approvals, Continuation } from "../approvals/approvals.ts";
import { describeError, type Logger } from "../log.ts";
import { textBehind } from "../memory/message-text.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import { ownedName } from "../tenants/index.ts";
import { TurnAborted } from "../turns/turns.ts";
import {
  type ChatInput,
  type ChatWorkflow,
  type DecidedCall,
  GENERATION,
  parseResult,
  parseWaitingCall,
} from "./chat.ts";
import type { Emit } from "./events.ts";
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

/** Who listens to a turn and may stop it. */
export interface Listener {
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

export interface RunnerParts {
  readonly workflow: ChatWorkflow;
  readonly records: TurnRecords;
  readonly approvals: Approvals;
  readonly memory: ThreadMemory;
  readonly turns: LiveTurns;
  readonly metrics: ChatMetrics;
  readonly log: Logger;
}

type EndState = Exclude<TurnState, "running" | "waiting">;
/** What a run begins with besides the message. */
type Beginning = Pick<ChatInput, "first" | "left">;
type Run = Awaited<ReturnType<ChatWorkflow["createRun"]>>;

/** Runs turns through the workflow, from their beginning, after a decision, and after an interruption. */
export class TurnRunner {
  readonly #parts: RunnerParts;
  readonly #unnoted = new Map<string, { state: EndState; failure: string | null }>();

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** The turn that the request asks for; undefined where its thread belongs to another resource. */
  async admit(tenant: string, { message, thread, resource }: TurnRequest): Promise<AdmittedTurn | undefined> {
    if (thread === undefined) return { tenant, message, thread: randomUUID(), resource, first: true };
    const owner = await this.#parts.memory.ownerOf(ownedName(tenant, thread));
    if (owner && owner.resource !== ownedName(tenant, resource)) return undefined;
    return { tenant, message, thread, resource, first: owner === undefined };
  }

  /** Takes a new turn. Rejects with what stopped it; its state is in the database by then. */
  async begin({ first, ...turn }: AdmittedTurn, listener: Listener): Promise<void> {
    const { records, workflow } = this.#parts;
    // Of a run that has no name yet Mastra doesn't ask the database whether there is such a one.
    const run = await workflow.createRun();
    try {
      await records.begin({ id: run.runId, ...turn });
      const beginning = async () => ({ first });
      await this.#start(run.runId, run.runId, turn, listener, beginning, async () => run);
    } finally {
      // Mastra forgets a run when it ends, which one that never started doesn't; one that waits is in the database.
      workflow.runs.delete(run.runId);
    }
  }

  /** Goes on with a turn whose tool call was decided about. */
  async decided(tenant: string, { turn: id, decision, ...waiting }: Continuation, listener: Listener): Promise<void> {
    this.#parts.metrics.countApproval(decision.approved ? "approved" : "rejected");
    await this.#continue(
      id,
      { tenant, ...waiting },
      { ...decision, toolCall: waiting.toolCall, tool: waiting.tool },
      listener,
    );
  }

  /**
   * Goes on with an interrupted turn in a new run: tells its answer where that is whole in memory, or else begins anew
   * with what was decided about its tool calls, and what came of them.
   */
  async resume(tenant: string, id: string, { decided, ...turn }: Resumption, listener: Listener): Promise<void> {
    const { memory } = this.#parts;
    const thread = ownedName(tenant, turn.thread);
    return this.#start(id, turn.run, { tenant, ...turn }, listener, async () => {
      const { answer } = await memory.ofTurn(thread, id);
      const told =
        answer &&
        textBehind(
          answer,
          decided.map(({ toolCall }) => toolCall),
        );
      const owner = await memory.ownerOf(thread);
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
    listener: Listener,
    beginning: () => Promise<Beginning>,
    runOf?: () => Promise<Run>,
  ) {
    const { tenant, message } = turn;
    const thread = ownedName(tenant, turn.thread);
    const resource = ownedName(tenant, turn.resource);
    const start = async (run: Run) =>
      run.start({ inputData: { turn: id, thread, resource, message, ...(await beginning()) } });
    return this.#run(id, runId, turn, listener, false, start, runOf);
  }

  #continue(
    id: string,
    turn: { run: string } & Omit<AdmittedTurn, "first">,
    resumeData: DecidedCall,
    listener: Listener,
  ) {
    return this.#run(id, turn.run, turn, listener, true, (run) => run.resume({ step: GENERATION, resumeData }));
  }

  async #run(
    id: string,
    runId: string,
    { tenant, thread, resource }: Pick<AdmittedTurn, "tenant" | "thread" | "resource">,
    { emit, signal }: Listener,
    wasSuspended: boolean,
    go: (run: Run) => ReturnType<Run["start"]>,
    runOf: () => Promise<Run> = () => this.#parts.workflow.createRun({ runId }),
  ): Promise<void> {
    const { turns } = this.#parts;
    const live: LiveTurn = { tenant, emit, signal };
    let snapshot = wasSuspended;
    try {
      await emit({ event: "start", data: { turn: id, thread, resource } });
      const result = await turns.during(runId, live, async () => go(await runOf()));
      if (result.status === "suspended") {
        snapshot = true;
        return await this.#wait(id, emit, result.steps[GENERATION]);
      }
      if (result.status !== "success") throw live.failure ?? new Error(`The workflow ended as ${result.status}`);
      const { finishReason, usage } = parseResult(result.result);
      await this.#end(id, "completed", null);
      const { inputTokens = 0, outputTokens = 0, totalTokens = 0 } = usage;
      await emit({ event: "end", data: { finishReason, usage: { inputTokens, outputTokens, totalTokens } } });
    } catch (error) {
      const { state, failure } = endOf(signal);
      await this.#end(id, state, failure);
      if (snapshot) await this.#forget(runId);
      throw error;
    }
    if (snapshot) await this.#forget(runId);
  }

  /** Has the turn wait: only now, when all that another process needs to go on is in the database. */
  async #wait(id: string, emit: Emit, step: unknown): Promise<void> {
    const { approvals, metrics } = this.#parts;
    const { toolCall, tool, input } = parseWaitingCall(suspendPayloadOf(step));
    const approval = await approvals.request(id, { toolCall, tool, input });
    if (!approval) throw new Error("The turn was given up while this process was away");
    metrics.countApproval("requested");
    const expiresAt = approval.expiresAt.toISOString();
    await emit({ event: "approval", data: { id: approval.id, tool, input, expiresAt } });
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    await emit({ event: "end", data: { finishReason: "suspended", usage } });
  }

  /** Notes the ends that could not be noted when they came, because the database was away. */
  async settle(): Promise<void> {
    for (const [id, { state, failure }] of this.#unnoted) {
      await this.#parts.records.end(id, state, failure);
      this.#unnoted.delete(id);
    }
  }

  async #end(id: string, state: EndState, failure: string | null): Promise<void> {
    const { records, log } = this.#parts;
    try {
      if (!(await records.end(id, state, failure))) log.warn({ state }, "turn ended after it was given up");
    } catch (error) {
      // A database that is away must not hide from the client what happened.
      this.#unnoted.set(id, { state, failure });
      log.error({ state, error: describeError(log, error) }, "turn's end not noted yet");
    }
  }

  /** Removes what a suspended run left in the database. */
  async #forget(runId: string): Promise<void> {
    const { workflow, log } = this.#parts;
    await workflow.deleteWorkflowRunById(runId).catch((error: unknown) => {
      log.warn({ error: describeError(log, error) }, "workflow run not removed");
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
