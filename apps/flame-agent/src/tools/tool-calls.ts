import { ZodError } from "zod";
import { failureOf, LimitPassed } from "../failures/index.ts";
import { describeError, type Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import { type CallOutcome, noteOutcome } from "./call-outcomes.ts";
import { ToolRefusal } from "./tool-refusal.ts";

export type ToolCalls = ReturnType<typeof createToolCalls>;

/**
 * Runs tools' calls: each is counted, its result is bounded, and of a failure the model, the client and the store get a
 * reference alone, with which it is found in the log. A {@link ToolRefusal} is told as it is.
 */
export function createToolCalls(metrics: Pick<Metrics, "countToolCall">, log: Logger, resultLimitKiB: number) {
  return {
    /** `toolCall`: the call's id, where it has one. */
    async run<Result>(
      tool: string,
      toolCall: string | undefined,
      call: () => Result | Promise<Result>,
    ): Promise<Result> {
      const note = (outcome: CallOutcome) => toolCall !== undefined && noteOutcome(toolCall, outcome);
      try {
        const output = await metrics.countToolCall(tool, async () => {
          const result = await call();
          const bytes = Buffer.byteLength(JSON.stringify(result) ?? "");
          if (bytes <= resultLimitKiB * 1024) return result;
          const kiB = Math.ceil(bytes / 1024);
          throw new LimitPassed(
            `The result of the tool has ${kiB} KiB; allowed: ${resultLimitKiB} KiB (FLAME_ANSWER_LIMIT_KIB)`,
          );
        });
        note({ state: "answered", output });
        return output;
      } catch (error) {
        note({ state: "failed" });
        if (error instanceof ToolRefusal || error instanceof ZodError) throw error;
        const { message, reference } = failureOf(error, "tool");
        log.error({ tool, error: describeError(error), reference }, "tool failed");
        throw new ToolRefusal(message);
      }
    },
  };
}
