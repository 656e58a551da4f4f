import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Approvals, Continuation, Decided, Decision } from "../approvals/approvals.ts";
import type { Threads } from "../database/index.ts";
import { textBehind } from "../memory/message-text.ts";
import type { ThreadMemory } from "../memory/thread-memory.ts";
import { type Owner, ownedName } from "../tenants/index.ts";
import { encoded } from "../turn-log/index.ts";
import type { TakeOptions, ThreadLease, ThreadLeases } from "../turns/thread-leases.ts";
import { type ChatInput, type DecidedCall, GENERATION } from "./chat.ts";
import {
  type CourseParts,
  type Run,
  type StartedTurn,
  startOf,
  type TakenTurn,
  type TurnControl,
  TurnCourse,
} from "./course.ts";
import type { Resumption, TurnKey, TurnRecord, TurnRecords } from "./records.ts";

/** Pause between two looks whether a request's key stands for a turn by now, in milliseconds. */
const KEY_LOOK_MILLISECONDS = 200;

/** What a client asks for. */
export interface TurnRequest {
  readonly message: string;
  /** Absent: a new thread begins. */
  readonly thread?: string | undefined;
  readonly resource: string;
  /** Whether a turn of its thread that nobody follows is stopped for it. Default: it is waited for. */
  readonly supersedes?: boolean;
}

/** A request that may run: its thread is new, or its own. */
interface AdmittedTurn {
  readonly tenant: string;
  readonly message: string;
  readonly thread: string;
  readonly resource: string;
  readonly first: boolean;
  readonly supersedes?: boolean;
}

/** Nothing was done: another turn had the thread for as long as this one may wait for it. */
export interface Busy {
  readonly kind: "busy";
}

/** What became of a request for a turn: its own, or the one that its key stands for, if the request is the same. */
export type Begun =
  | { readonly kind: "began" | "joined"; readonly turn: StartedTurn }
  | { readonly kind: "key of another request"; readonly turn: string }
  | { readonly kind: "thread of another" }
  | Busy;

/** What became of a decision, with the rest of the turn where it was taken. */
export type Continued =
  | { readonly kind: "taken"; readonly turn: StartedTurn }
  | Exclude<Decided, { readonly kind: "taken" }>
  | Busy;

/** What became of a resumption: undefined where the turn may not be resumed (any more). */
export type Resumed = { readonly kind: "taken"; readonly turn: StartedTurn } | Busy | undefined;

export interface RunnerParts extends CourseParts {
  readonly records: TurnRecords;
  readonly approvals: Approvals;
  readonly memory: ThreadMemory;
  readonly threads: Pick<Threads, "ownerOf" | "claim">;
  readonly leases: ThreadLeases;
  /** How long a turn goes on that nobody follows, in seconds. */
  readonly reconnectSeconds: number;
}

/** Whose a key is. */
type KeyOwner = Pick<AdmittedTurn, "tenant" | "resource">;

/** What a run begins with besides the message. */
type Beginning = Pick<ChatInput, "first" | "left">;

/** Takes turns up, at their beginning, after a decision, and after an interruption, and lets them run. */
export class TurnRunner {
  readonly #parts: RunnerParts;
  readonly #course: TurnCourse;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#course = new TurnCourse(parts);
  }

  /** Notes the ends that could not be noted when they came, because the database was away. */
  settle(): Promise<void> {
    return this.#course.settle();
  }

  /**
   * Takes a new turn as soon as it has its thread for itself; or, where its key stands for one already, or does while it
   * waits, finds that one, to be followed from its beginning, and makes nothing: its thread may be gone by now. Rejects
   * where it could not be noted that it began.
   */
  async begin(tenant: string, request: TurnRequest, control: TurnControl, key?: TurnKey): Promise<Begun> {
    const owner = { tenant, resource: request.resource };
    const known = await this.#keyed(owner, key);
    if (known) return known;
    const admitted = await this.#admit(tenant, request);
    if (!admitted) return { kind: "thread of another" };
    const found = new AbortController();
    const noLonger = new AbortController();
    // Somebody else's request with the key may have the thread, on any instance: its turn is not waited for to its end.
    if (key) void this.#lookForKey(owner, key, found, noLonger.signal);
    const signal = AbortSignal.any([control.signal, found.signal]);
    const take = async (lease: ThreadLease): Promise<Begun> => {
      const turn = await this.#begin(admitted, control, lease, key);
      if (turn) return { kind: "began", turn };
      // Somebody else's request with the key was noted just before this one.
      const other = await this.#keyed(owner, key);
      if (other) return other;
      throw new Error("The key stands for no turn");
    };
    const { thread, supersedes } = admitted;
    const begun = await this.#alone(tenant, thread, signal, take, { supersedes }).finally(() => noLonger.abort());
    return begun.kind === "busy" ? ((await this.#keyed(owner, key)) ?? begun) : begun;
  }

  /** The turn that the request asks for; undefined where its thread belongs to another resource. A new one is its own. */
  async #admit(
    tenant: string,
    { message, thread, resource, supersedes = false }: TurnRequest,
  ): Promise<AdmittedTurn | undefined> {
    if (thread === undefined) return { tenant, message, thread: randomUUID(), resource, first: true, supersedes };
    const claimed = await this.#parts.threads.claim({
      thread: ownedName(tenant, thread),
      resource: ownedName(tenant, resource),
    });
    return claimed === "other"
      ? undefined
      : { tenant, message, thread, resource, first: claimed === "new", supersedes };
  }

  async #keyed({ tenant, resource }: KeyOwner, key: TurnKey | undefined): Promise<Begun | undefined> {
    const known = key && (await this.#parts.records.keyed(tenant, resource, key.key));
    if (!known) return undefined;
    return known.requestDigest === key.requestDigest
      ? { kind: "joined", turn: { id: known.turn, after: 0, over: Promise.resolve("completed") } }
      : { kind: "key of another request", turn: known.turn };
  }

  /** Aborts `found` as soon as the key stands for a turn, unless nobody waits for that any longer. */
  async #lookForKey(
    { tenant, resource }: KeyOwner,
    { key }: TurnKey,
    found: AbortController,
    noLonger: AbortSignal,
  ): Promise<void> {
    while (!found.signal.aborted) {
      await delay(KEY_LOOK_MILLISECONDS, undefined, { signal: noLonger, ref: false }).catch(() => {});
      if (noLonger.aborted) return;
      // Where the database doesn't answer, who waits for the thread is told so.
      if (await this.#parts.records.keyed(tenant, resource, key).catch(() => undefined)) found.abort();
    }
  }

  async #begin(
    { first, supersedes: _, ...turn }: AdmittedTurn,
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
      const begun = [encoded(startOf({ id: run.runId, ...turn }))];
      if (!(await records.begin({ id: run.runId, ...turn, key, told: begun }))) {
        forget();
        return undefined;
      }
      const started = await this.#start(run.runId, run, turn, control, async () => ({ first }), {
        lease,
        begun,
        graceSeconds: this.#parts.reconnectSeconds,
      });
      void started.over.then(forget);
      return started;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Decides about a tool call and goes on with its turn, whoever follows it: what is decided is done. */
  async decide(owner: Owner, approval: string, decision: Decision, control: TurnControl): Promise<Continued> {
    const { approvals } = this.#parts;
    const asked = await approvals.place(owner, approval);
    if (!asked) return { kind: "absent" };
    // The turn of a call that was decided about may have the thread just now: nobody waits for that to be told so.
    if (asked.state !== "pending") return { kind: "late", state: asked.state };
    return this.#alone(owner.tenant, asked.thread, control.signal, async (lease): Promise<Continued> => {
      const decided = await approvals.decide(owner, approval, decision);
      if (decided.kind !== "taken") return decided;
      return { kind: "taken", turn: await this.#decided(owner.tenant, decided.continuation, control, lease) };
    });
  }

  #decided(
    tenant: string,
    { turn: id, decision, run, toolCall, tool, thread, resource }: Continuation,
    control: TurnControl,
    lease: ThreadLease,
  ): Promise<StartedTurn> {
    this.#parts.metrics.countApproval(decision.approved ? "approved" : "rejected");
    const resumeData: DecidedCall = { ...decision, toolCall, tool };
    const taken = { id, tenant, thread, resource, run, lease, wasSuspended: true };
    const go = (suspended: Run) => suspended.resume({ step: GENERATION, resumeData });
    return this.#course.run({ ...taken, graceSeconds: Number.POSITIVE_INFINITY, go }, control);
  }

  /**
   * Goes on with an interrupted turn in a new run: tells its answer where that is whole in memory, or else begins anew
   * with what was decided about its tool calls, and what came of them. Where something was, it is done whoever follows.
   */
  async resume(tenant: string, { id, thread }: TurnRecord, control: TurnControl): Promise<Resumed> {
    return this.#alone(tenant, thread, control.signal, async (lease): Promise<Resumed> => {
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
    signal: AbortSignal,
    take: (lease: ThreadLease) => Promise<Result>,
    options: TakeOptions = {},
  ): Promise<Result | Busy> {
    const lease = await this.#parts.leases.take(ownedName(tenant, thread), signal, options);
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

  /** Lets a run begin; one that has a name alone is another attempt of its turn. */
  #start(
    id: string,
    run: Run | string,
    { tenant, message, ...names }: Omit<AdmittedTurn, "first">,
    control: TurnControl,
    beginning: () => Promise<Beginning>,
    way: Pick<TakenTurn, "lease" | "begun" | "graceSeconds">,
  ): Promise<StartedTurn> {
    const thread = ownedName(tenant, names.thread);
    const resource = ownedName(tenant, names.resource);
    const go = async (begun: Run) =>
      begun.start({ inputData: { turn: id, thread, resource, message, ...(await beginning()) } });
    const taken = { id, tenant, ...names, run, wasSuspended: false, go };
    return this.#course.run({ ...taken, ...way }, control);
  }
}
