import { ToldError } from "../failures/index.ts";
import type { Metrics } from "../metrics.ts";
import type { TurnOutcome } from "./outcome.ts";

/** Why a turn is aborted: the reason of its signal. */
export class TurnAborted extends ToldError {
  readonly outcome: TurnOutcome;

  constructor(outcome: TurnOutcome, message: string) {
    super(message);
    this.name = "TurnAborted";
    this.outcome = outcome;
  }
}

/** Why a turn ends that its client stopped. */
export const STOPPED = new TurnAborted("client-left", "The client stopped the turn");

/** One turn that runs: from the request's arrival until the response's last byte. */
export interface Turn {
  /** Aborted when the turn must stop, with a {@link TurnAborted} as its reason. */
  readonly signal: AbortSignal;
  abort(reason: TurnAborted): void;
  /** Resolves when it has ended. */
  readonly ended: Promise<void>;
  /** Says that the turn is this work's, whoever listens: it ends when that is over and its response is. */
  isOf(work: Promise<TurnOutcome>): void;
  /** The response has ended, or its client has left: ends the turn, or has it end with its work. */
  leave(outcome: TurnOutcome, whole: boolean): void;
  /** The request is answered: if no work came of it, nothing keeps the turn of a client that left. */
  answered(): void;
  /** Ends the turn; the outcome of an abort wins over the one given. */
  end(outcome: TurnOutcome): void;
}

/** Knows the turns that run, bounds each one's length, and can wait until none is left. */
export class Turns {
  readonly #running = new Set<Turn>();
  readonly #metrics: Metrics;
  readonly #maxSeconds: number;
  #draining = false;
  #whenIdle: PromiseWithResolvers<void> | undefined;

  constructor(metrics: Metrics, maxSeconds: number) {
    this.#metrics = metrics;
    this.#maxSeconds = maxSeconds;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get running(): number {
    return this.#running.size;
  }

  /** `outlives`: the request isn't taken back by a client that leaves before its work began. */
  begin({ outlives = false }: { readonly outlives?: boolean } = {}): Turn {
    const ended = Promise.withResolvers<void>();
    const controller = new AbortController();
    const start = performance.now();
    const tooLong = new TurnAborted(
      "timed-out",
      `The turn took longer than ${this.#maxSeconds} s (FLAME_TURN_MAX_SECONDS) and was stopped`,
    );
    const timer = setTimeout(() => controller.abort(tooLong), this.#maxSeconds * 1000);
    let work: Promise<TurnOutcome> | undefined;
    let left: TurnOutcome | undefined;
    const turn: Turn = {
      signal: controller.signal,
      ended: ended.promise,
      abort: (reason) => controller.abort(reason),
      isOf: (itsWork) => {
        work = itsWork;
        if (left !== undefined) void work.then(turn.end);
      },
      leave: (outcome, whole) => {
        if (work) return void work.then(turn.end);
        if (outlives && !whole) {
          left = outcome;
          return;
        }
        if (!whole) turn.abort(new TurnAborted("client-left", "The client left"));
        turn.end(outcome);
      },
      answered: () => {
        if (left !== undefined && !work) turn.end(left);
      },
      end: (outcome) => {
        if (!this.#running.delete(turn)) return;
        ended.resolve();
        clearTimeout(timer);
        const { reason } = controller.signal;
        this.#metrics.countTurnEnd(
          reason instanceof TurnAborted ? reason.outcome : outcome,
          (performance.now() - start) / 1000,
        );
        if (this.#running.size === 0) this.#whenIdle?.resolve();
      },
    };
    this.#running.add(turn);
    this.#metrics.countTurnStart();
    return turn;
  }

  /** From now on new turns are refused; resolves when the running ones have ended. */
  drain(): Promise<void> {
    this.#draining = true;
    if (this.#running.size === 0) return Promise.resolve();
    this.#whenIdle ??= Promise.withResolvers<void>();
    return this.#whenIdle.promise;
  }

  abortAll(reason: TurnAborted): void {
    for (const turn of this.#running) turn.abort(reason);
  }
}
