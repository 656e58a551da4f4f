import type { Emit } from "./events.ts";

/** What a run has besides its data: the client that listens, and the signal that stops it. Lives in this process only. */
export interface LiveTurn {
  readonly tenant: string;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The error of the step that failed, as it was thrown: a workflow keeps only its text. */
  failure?: unknown;
}

/** The turns that run in this process, by the id of their run. */
export class LiveTurns {
  readonly #turns = new Map<string, LiveTurn>();
  /** The threads of runs that stand suspended here, by their names in the store. */
  readonly #suspended = new Map<string, string>();

  /** Runs `work` with the turn in reach of its steps. */
  async during<Result>(run: string, turn: LiveTurn, work: () => Promise<Result>): Promise<Result> {
    this.#turns.set(run, turn);
    this.#suspended.delete(run);
    try {
      return await work();
    } finally {
      this.#turns.delete(run);
    }
  }

  /** Notes that the run stands in this process, in a thread of this name in the store. */
  suspend(run: string, thread: string): void {
    this.#suspended.set(run, thread);
  }

  /** Whether the run stands in this process since it was suspended, whatever became of its turn. */
  isSuspended(run: string): boolean {
    return this.#suspended.has(run);
  }

  /** Whether any such run stands in the thread of this name in the store. */
  isSuspendedIn(thread: string): boolean {
    return [...this.#suspended.values()].includes(thread);
  }

  /** @throws where the run has no client: it was started other than by a turn. */
  of(run: string): LiveTurn {
    const turn = this.#turns.get(run);
    if (!turn)
      throw new Error(
        `The workflow run "${run}" belongs to no turn; allowed: runs that POST /turns starts; fix: send the message there`,
      );
    return turn;
  }
}
