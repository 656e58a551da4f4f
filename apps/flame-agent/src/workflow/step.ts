import type { Logger } from "../log.ts";
import { describeError } from "../log.ts";
import { inSpan } from "../telemetry/index.ts";
import type { StepName, StepOutcome } from "./events.ts";
import type { LiveTurn } from "./live.ts";
import type { ChatMetrics } from "./metrics.ts";

/** What a step gives: its outcome for the client and the metrics, and its result. */
export interface StepResult<Result> {
  readonly outcome: StepOutcome;
  readonly result: Result;
}

/** Runs steps: each one is traced, timed, counted and told to the client, and none begins in a turn that is stopped. */
export class StepRunner {
  readonly #metrics: ChatMetrics;
  readonly #log: Logger;

  constructor(metrics: ChatMetrics, log: Logger) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** A step that the turn can't do without: its error ends the turn. */
  async run<Result>(name: StepName, turn: LiveTurn, work: () => Promise<StepResult<Result>>): Promise<Result> {
    const start = performance.now();
    try {
      turn.signal.throwIfAborted();
      const { outcome, result } = await inSpan(`chat.${name}`, { "flame.step": name }, async (span) => {
        const done = await work();
        span.setAttribute("flame.step.outcome", done.outcome);
        return done;
      });
      await this.#end(name, outcome, start, turn);
      return result;
    } catch (error) {
      this.#metrics.countStep(name, turn.signal.aborted ? "stopped" : "failed", (performance.now() - start) / 1000);
      turn.failure ??= error;
      throw error;
    }
  }

  /** A step that only helps: where it fails, the turn goes on with `instead`. */
  async attempt<Result>(
    name: StepName,
    turn: LiveTurn,
    instead: Result,
    work: () => Promise<StepResult<Result>>,
  ): Promise<Result> {
    return this.run<Result>(name, turn, () =>
      this.tolerate<StepResult<Result>>(name, turn, { outcome: "failed", result: instead }, work),
    );
  }

  /** A part of a step that only helps: its error is logged, and gives `instead`. */
  async tolerate<Result>(
    name: StepName,
    turn: LiveTurn,
    instead: Result,
    work: () => Promise<Result>,
  ): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      turn.signal.throwIfAborted();
      this.#log.warn({ step: name, error: describeError(error) }, "step failed, the turn goes on");
      return instead;
    }
  }

  async #end(name: StepName, outcome: StepOutcome, start: number, turn: LiveTurn): Promise<void> {
    const milliseconds = performance.now() - start;
    this.#metrics.countStep(name, outcome, milliseconds / 1000);
    await turn.emit({ event: "step", data: { name, outcome, milliseconds: Number(milliseconds.toFixed(1)) } });
  }
}
