import { z } from "zod";
import type { DeclinedCall } from "../memory/declined-calls.ts";
import type { CallOutcomes } from "../tools/index.ts";
import type { TurnEvent } from "./events.ts";

/** A call of the model's last answer, and whether it was told what came of it. */
export const StepCall = z.object({
  toolCall: z.string(),
  tool: z.string(),
  isSettled: z.boolean(),
  /** What the model is told where it was rejected. */
  declined: z.string().optional(),
});
export type StepCall = z.output<typeof StepCall>;

type ToolEvent = Extract<TurnEvent, { event: "tool" }>;
type Settled = Pick<ToolEvent["data"], "state" | "output">;

/**
 * The calls of a model's answer, of which each is told once what came of it. Where one waits for an approval, those
 * before it are done: they are told then, and not with the others when all are.
 */
export class StepCalls {
  readonly #calls: StepCall[];

  /** `calls`: as they were when the turn began to wait. */
  constructor(calls: readonly StepCall[]) {
    this.#calls = [...calls];
  }

  get all(): readonly StepCall[] {
    return this.#calls;
  }

  called(toolCall: string, tool: string): void {
    const isLater = this.#calls.every(({ isSettled }) => isSettled);
    // An answer's calls are told of before the next answer begins.
    if (isLater) this.#calls.length = 0;
    this.#calls.push({ toolCall, tool, isSettled: false });
  }

  /** What is to be told of a call's outcome: nothing where it was. */
  settle(toolCall: string, name: string, settled: Settled): readonly ToolEvent[] {
    const index = this.#calls.findIndex((call) => call.toolCall === toolCall);
    const call = this.#calls[index];
    if (call?.isSettled) return [];
    if (call) this.#calls[index] = { ...call, isSettled: true };
    return [{ event: "tool", data: { name, toolCall, ...settled } }];
  }

  /** Notes that a call was rejected; what is to be told of it. */
  decline(toolCall: string, name: string, reason: string): readonly ToolEvent[] {
    const told = this.settle(toolCall, name, { state: "declined" });
    const index = this.#calls.findIndex((call) => call.toolCall === toolCall);
    this.#calls.splice(Math.max(index, 0), index < 0 ? 0 : 1, {
      toolCall,
      tool: name,
      isSettled: true,
      declined: reason,
    });
    return told;
  }

  /** The rejected calls. */
  get declined(): readonly DeclinedCall[] {
    return this.#calls.flatMap(({ toolCall, declined }) =>
      declined === undefined ? [] : [{ toolCall, reason: declined }],
    );
  }

  /** What is to be told before the question about a call: Mastra does one after the other where one of them waits. */
  settleBefore(toolCall: string, outcomes: CallOutcomes): readonly ToolEvent[] {
    const place = this.#calls.findIndex((call) => call.toolCall === toolCall);
    return (
      this.#calls
        .slice(0, Math.max(place, 0))
        // One that came to nothing didn't get as far as its tool, with an input that it doesn't take say.
        .flatMap((call) => this.settle(call.toolCall, call.tool, outcomes.get(call.toolCall) ?? { state: "failed" }))
    );
  }
}
