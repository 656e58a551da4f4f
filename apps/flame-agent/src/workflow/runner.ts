import { randomUUID } from "node:crypto";
import type { Approvals, Continuation, Decided, Decision } from "../approvals/approvals.ts";
import { asCaller, type Threads } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import { textBehind } from "../memory/message-text.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import { ownedName } from "../tenants/index.ts";
import { type EncodedEvent, encoded, type TurnLog, type TurnWriter } from "../turn-log/index.ts";
import type { ThreadLease, ThreadLeases } from "../turns/thread-leases.ts";
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
import type { Resumption, TurnKey, TurnRecord, TurnRecords, TurnState } from "./records.ts";

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

/** Nothing was done: another turn had the thread for as long as this one may wait for it. */
export interface Busy {
  readonly kind: "busy";
}

/** What became of a request for a turn: its own, or the one that its key stands for, if the request is the same. */
export type Begun =
  | { readonly kind: "began" | "joined"; readonly turn: StartedTurn }
  | { readonly kind: "key of another request"; readonly turn: string }
  | Busy;

/** What became of a decision, with the rest of the turn where it was taken. */
export type Continued =
  | { readonly kind: "taken"; readonly turn: StartedTurn }
  | Exclude<Decided, { readonly kind: "taken" }>
  | Busy;

/** What became of a resumption: undefined where the turn may not be resumed (any more). */
export type Resumed = { readonly kind: "taken"; readonly turn: StartedTurn } | Busy | undefined;

export interface RunnerParts {
  readonly workflow: ChatWorkflow;
  readonly records: TurnRecords;
  readonly approvals: Approvals;
  readonly memory: ThreadMemory;
  readonly threads: Threads;
  readonly turns: LiveTurns;
  readonly leases: ThreadLeases;
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

  /**
   * Takes a new turn as soon as it has its thread for itself; or, where its key stands for one already, finds that one,
   * to be followed from its beginning. Rejects where it could not be noted that it began.
   */
  async begin(admitted: AdmittedTurn, control: TurnControl, key?: TurnKey): Promise<Begun> {
    const known = await this.#keyed(admitted, key);
    if (known) return known;
    return this.#alone(admitted.tenant, admitted.thread, control, async (lease): Promise<Begun> => {
      const turn = await this.#begin(admitted, control, lease, key);
      if (turn) return { kind: "began", turn };
      // Somebody else's request with the key was noted just before this one.
      const other = await this.#keyed(admitted, key);
      if (other) return other;
      throw new Error("The key stands for no turn");
    });
  }

  async #keyed({ tenant, resource }: AdmittedTurn, key: TurnKey | undefined): Promise<Begun | undefined> {
    const known = key && (await this.#parts.records.keyed(tenant, resource, key.key));
    if (!known) return undefined;
    return known.requestDigest === key.requestDigest
      ? { kind: "joined", turn: { id: known.turn, after: 0, over: Promise.resolve("completed") } }
      : { kind: "key of another request", turn: known.turn };
  }

  async #begin(
    { first, ...turn }: AdmittedTurn,
    control: TurnControl,
    lease: ThreadLease,
    key: TurnKey | undefined,
  ): Promise<StartedTurn | undefined> {
    const { records, workflow } = this.#parts;
    // Of a run that has no name yet Mastra doesn't ask the database whether there is such a one.
    const run = await workflow.createRun();
    // Mastra forgets a run when it ends, which one that never started doesn't; one that waits is in the database.
    const forget = () => void workflow.runs.delete(run.runId);
    try {
      if (!(await records.begin({ id: run.runId, ...turn, key }))) {
        forget();
        return undefined;
      }
      const way = { lease, graceSeconds: this.#parts.reconnectSeconds, run };
      const started = await this.#start(run.runId, run.runId, turn, control, async () => ({ first }), way);
      void started.over.then(forget);
      return started;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Decides about a tool call and goes on with its turn, whoever follows it: what is decided is done. */
  async decide(tenant: string, approval: string, decision: Decision, control: TurnControl): Promise<Continued> {
    const { approvals } = this.#parts;
    const thread = await approvals.threadOf(tenant, approval);
    const asked = await approvals.find(tenant, approval);
    if (thread === undefined || !asked) return { kind: "absent" };
    // The turn of a call that was decided about may have the thread just now: nobody waits for that to be told so.
    if (asked.state !== "pending") return { kind: "late", state: asked.state };
    return this.#alone(tenant, thread, control, async (lease): Promise<Continued> => {
      const decided = await approvals.decide(tenant, approval, decision);
      if (decided.kind !== "taken") return decided;
      return { kind: "taken", turn: await this.#decided(tenant, decided.continuation, control, lease) };
    });
  }

  #decided(
    tenant: string,
    { turn: id, decision, run: runId, toolCall, tool, thread, resource }: Continuation,
    control: TurnControl,
    lease: ThreadLease,
  ): Promise<StartedTurn> {
    this.#parts.metrics.countApproval(decision.approved ? "approved" : "rejected");
    const resumeData: DecidedCall = { ...decision, toolCall, tool };
    return this.#run(id, runId, { tenant, thread, resource }, control, {
      lease,
      isNew: false,
      wasSuspended: true,
      graceSeconds: Number.POSITIVE_INFINITY,
      go: (run) => run.resume({ step: GENERATION, resumeData }),
    });
  }

  /**
   * Goes on with an interrupted turn in a new run: tells its answer where that is whole in memory, or else begins anew
   * with what was decided about its tool calls, and what came of them. Where something was, it is done whoever follows.
   */
  async resume(tenant: string, { id, thread }: TurnRecord, control: TurnControl): Promise<Resumed> {
    return this.#alone(tenant, thread, control, async (lease): Promise<Resumed> => {
      const resumption = await this.#parts.records.resume(tenant, id);
      if (!resumption) return undefined;
      return { kind: "taken", turn: await this.#resume(tenant, id, resumption, control, lease) };
    });
  }

  #resume(
    tenant: string,
    id: string,
    { decided, run, ...turn }: Resumption,
    control: TurnControl,
    lease: ThreadLease,
  ): Promise<StartedTurn> {
    const { memory, threads } = this.#parts;
    const graceSeconds = decided.length > 0 ? Number.POSITIVE_INFINITY : this.#parts.reconnectSeconds;
    const thread = ownedName(tenant, turn.thread);
    const beginning = async () => {
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
    };
    return this.#start(id, run, { tenant, ...turn }, control, beginning, { lease, graceSeconds });
  }

  /** Does what takes up a turn with its thread for itself, and gives the thread back when the turn, if any, is over. */
  async #alone<Result extends { readonly kind: string; readonly turn?: StartedTurn | string } | undefined>(
    tenant: string,
    thread: string,
    { signal }: TurnControl,
    take: (lease: ThreadLease) => Promise<Result>,
  ): Promise<Result | Busy> {
    const lease = await this.#parts.leases.take(ownedName(tenant, thread), signal);
    if (!lease) return { kind: "busy" };
    let over: Promise<unknown> = Promise.resolve();
    try {
      const taken = await take(lease);
      if (typeof taken?.turn === "object") over = taken.turn.over;
      return taken;
    } finally {
      void over.then(() => lease.release());
    }
  }

  #start(
    id: string,
    runId: string,
    turn: Omit<AdmittedTurn, "first">,
    control: TurnControl,
    beginning: () => Promise<Beginning>,
    {
      lease,
      graceSeconds,
      run: newRun,
    }: { readonly lease: ThreadLease; readonly graceSeconds: number; readonly run?: Run },
  ): Promise<StartedTurn> {
    const { tenant, message } = turn;
    const thread = ownedName(tenant, turn.thread);
    const resource = ownedName(tenant, turn.resource);
    return this.#run(id, runId, turn, control, {
      lease,
      isNew: newRun !== undefined,
      wasSuspended: false,
      graceSeconds,
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
      readonly lease: ThreadLease;
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
        const result = await way.lease.during(() => asCaller(caller, () => turns.during(runId, live, run)));
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
