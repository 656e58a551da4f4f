import type { Approvals } from "../approvals/approvals.ts";
import { asCaller, LeaseLost } from "../database/index.ts";
import { describeError, type Logger } from "../log.ts";
import { currentRequest } from "../request-scope.ts";
import { ownedName } from "../tenants/index.ts";
import { type EncodedEvent, encoded, type TurnLog, type TurnWriter } from "../turn-log/index.ts";
import type { ThreadLease } from "../turns/thread-leases.ts";
import { STOPPED, TurnAborted } from "../turns/turns.ts";
import { type ChatWorkflow, GENERATION, parseResult, parseWaitingCall } from "./chat.ts";
import type { TurnEvent } from "./events.ts";
import { failureOf, NOT_KEPT, THREAD_LOST, untold } from "./failure.ts";
import type { LiveTurn, LiveTurns } from "./live.ts";
import type { ChatMetrics } from "./metrics.ts";
import type { TurnRecords, TurnState } from "./records.ts";

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

export interface CourseParts {
  readonly workflow: ChatWorkflow;
  readonly records: Pick<TurnRecords, "end" | "interruptStrays">;
  readonly approvals: Pick<Approvals, "request">;
  readonly turns: LiveTurns;
  readonly events: TurnLog;
  readonly metrics: ChatMetrics;
  readonly log: Logger;
}

export type Run = Awaited<ReturnType<ChatWorkflow["createRun"]>>;

/** A turn that this instance has taken, and how it goes on from here. */
export interface TakenTurn {
  readonly id: string;
  readonly tenant: string;
  readonly thread: string;
  readonly resource: string;
  /** The run of the workflow that it is; where it isn't there yet, it is made under this name. */
  readonly run: Run | string;
  /** The thread, which the turn has for itself. */
  readonly lease: ThreadLease;
  /** What is stored of it, where it is new: that it started. */
  readonly begun?: readonly EncodedEvent[];
  /** Whether its run left something in the database. */
  readonly wasSuspended: boolean;
  /** How long it goes on that nobody follows, in seconds; Infinity: whoever listens. */
  readonly graceSeconds: number;
  readonly go: (run: Run) => ReturnType<Run["start"]>;
}

type ErrorEvent = Extract<TurnEvent, { event: "error" }>;
type EndState = Exclude<TurnState, "running" | "waiting">;

/** How a turn ended, and what is last told of it. */
interface TurnEnd {
  readonly state: EndState;
  readonly failure: string | null;
  readonly last: TurnEvent;
}

/** A turn's end that is still to be noted. */
interface Ending {
  readonly state: EndState;
  readonly failure: string | null;
  readonly told: readonly EncodedEvent[];
}

/** The id of the first event that is told of an end that is noted; or it will be, or the turn is another instance's. */
type Noted = number | "later" | "given up";

const ABANDONED = new TurnAborted("client-left", "The client left");

/** What is told first of a turn, each time that it is taken. */
export function startOf({ id, thread, resource }: Pick<TakenTurn, "id" | "thread" | "resource">): TurnEvent {
  return { event: "start", data: { turn: id, thread, resource } };
}

/** Carries turns that were taken through to where they rest: their end, or an approval that they wait for. */
export class TurnCourse {
  readonly #parts: CourseParts;
  readonly #unnoted = new Map<string, Ending>();
  readonly #running = new Set<string>();

  constructor(parts: CourseParts) {
    this.#parts = parts;
  }

  /** Lets the turn run; it goes on behind the promise. Rejects where nothing can be told of it: it is noted as interrupted. */
  async run(turn: TakenTurn, { signal, abort }: TurnControl): Promise<StartedTurn> {
    const { id, begun, graceSeconds } = turn;
    this.#running.add(id);
    const following = { graceSeconds, abandoned: () => abort(ABANDONED) };
    const writer = await this.#parts.events.write(id, { begun, following }).catch(async (error: unknown) => {
      // The turn is this instance's already: without an end it would look as if it ran.
      await this.#note(id, { state: "interrupted", failure: null, told: [] }, turn.lease);
      this.#running.delete(id);
      throw error;
    });
    turn.lease.stoppedBy((wish) => {
      if (wish === "whoever follows") abort(STOPPED);
      else void this.#parts.events.endIfLeft(id);
    });
    const over = this.#carry(turn, writer, signal).finally(() => this.#running.delete(id));
    return { id, after: writer.after, over };
  }

  async #carry(turn: TakenTurn, writer: TurnWriter, signal: AbortSignal): Promise<"completed" | "failed"> {
    const { turns, workflow, log } = this.#parts;
    const { id, tenant, thread, resource, run, begun } = turn;
    const runId = typeof run === "string" ? run : run.runId;
    const reader = currentRequest()?.reader;
    // While events wait to be stored, the model is held back.
    const emit = (event: TurnEvent) => reader?.closedUntil(writer.append(event)) ?? writer.append(event);
    const live: LiveTurn = { tenant, emit, signal };
    let snapshot = turn.wasSuspended;
    try {
      if (!begun) await emit(startOf(turn));
      const caller = { resource: ownedName(tenant, resource), thread: ownedName(tenant, thread) };
      const going = async () => turn.go(typeof run === "string" ? await workflow.createRun({ runId }) : run);
      const result = await turn.lease.during(() => asCaller(caller, () => turns.during(runId, live, going)));
      if (turn.lease.isLost) throw new LeaseLost();
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
      await writer.whole();
      await this.#end(turn, writer, { state: "completed", failure: null, last: end });
      if (snapshot) await this.#forget(runId);
      return "completed";
    } catch (error) {
      if (!signal.aborted) log.error({ error: describeError(error) }, "turn failed");
      await this.#end(turn, writer, endOf(signal, error, turn.lease, writer));
      if (snapshot) await this.#forget(runId);
      return "failed";
    }
  }

  /** Has the turn wait: only now, when all that another process needs to go on is in the database. */
  async #wait(id: string, writer: TurnWriter, step: unknown): Promise<void> {
    const { approvals, metrics } = this.#parts;
    const { toolCall, tool, input } = parseWaitingCall(suspendPayloadOf(step));
    const usage = { inputTokens: 0, outputTokens: 0, totalTokens: 0 };
    const end: TurnEvent = { event: "end", data: { finishReason: "suspended", usage } };
    await writer.whole();
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

  /** Notes the ends that could not be noted when they came, and of turns that may have been taken, because the database was away. */
  async settle(): Promise<void> {
    const { records, log } = this.#parts;
    for (const [id, { state, failure, told }] of this.#unnoted) {
      await records.end(id, state, failure, told);
      this.#unnoted.delete(id);
    }
    const strays = await records.interruptStrays([...this.#running, ...this.#unnoted.keys()]);
    if (strays > 0) log.warn({ turns: strays }, "turns that were taken unnoticed can be resumed");
  }

  /** Notes how the turn ended, and tells `last` of it. */
  async #end({ id, lease }: TakenTurn, writer: TurnWriter, { state, failure, last }: TurnEnd): Promise<void> {
    const outcome: { noted: Noted } = { noted: "later" };
    const kept = await writer.end(async (waiting) => {
      const events = [...waiting, encoded(last)];
      const noted = await this.#note(id, { state, failure, told: events }, lease);
      outcome.noted = noted;
      return typeof noted === "number" ? { firstId: noted, events } : undefined;
    });
    if (kept) return;
    // Who has the turn by now tells how it goes on.
    if (outcome.noted === "given up") writer.giveUp();
    else writer.close(last.event === "error" ? last : NOT_KEPT);
  }

  async #note(id: string, ending: Ending, lease: ThreadLease): Promise<Noted> {
    const { records, log } = this.#parts;
    const { state, failure, told } = ending;
    try {
      const firstId = await records.end(id, state, failure, told, lease.row);
      if (firstId === undefined) log.warn({ state }, "turn ended after it was given up");
      else lease.givenBack();
      return firstId ?? "given up";
    } catch (error) {
      // A database that is away must not hide from the client what happened.
      this.#unnoted.set(id, ending);
      log.error({ state, error: describeError(error) }, "turn's end not noted yet");
      return "later";
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

/** How a turn that didn't complete is noted, and what is last told of it. */
export function endOf(
  signal: AbortSignal,
  error: unknown,
  lease: Pick<ThreadLease, "isLost">,
  writer: Pick<TurnWriter, "isLost">,
): TurnEnd & { readonly last: ErrorEvent } {
  const last = failureOf(signal, error);
  if (signal.aborted) return { ...abortedEnd(signal), last };
  // What was done under a lease that is lost is not in the thread: the turn can be taken up again.
  if (lease.isLost) return { state: "interrupted", failure: null, last: THREAD_LOST };
  const { code } = last.data;
  // Its answer may well be in the thread: who takes the turn up again is told that.
  if (writer.isLost && code === "failed") return { state: "interrupted", failure: null, last: untold(last) };
  return { state: "failed", failure: code, last };
}

/** One that the shutdown stopped can be resumed elsewhere. */
function abortedEnd({ reason }: AbortSignal): { readonly state: EndState; readonly failure: string | null } {
  if (!(reason instanceof TurnAborted)) return { state: "failed", failure: "failed" };
  if (reason.outcome === "client-left") return { state: "cancelled", failure: null };
  if (reason.outcome === "shut-down") return { state: "interrupted", failure: null };
  return { state: "failed", failure: reason.outcome };
}

function suspendPayloadOf(step: unknown): unknown {
  const isSuspended = typeof step === "object" && step !== null && "suspendPayload" in step;
  return isSuspended ? step.suspendPayload : undefined;
}
