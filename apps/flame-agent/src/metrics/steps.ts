import { Counter, Histogram, type Registry } from "prom-client";
import { inSpan } from "../telemetry/index.ts";

/** Bounds in seconds: a step in memory, a query, a call of a model. */
const STEP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 180];

/** Metrics of the agent's tools; those of the workflow's steps are in `workflow/metrics.ts`. */
export function stepMetrics(registry: Registry) {
  const registers = [registry];
  const toolCalls = new Counter({
    name: "flame_tool_calls_total",
    help: "Calls of the agent's tools.",
    labelNames: ["tool", "outcome"],
    registers,
  });
  const toolSeconds = new Histogram({
    name: "flame_tool_call_duration_seconds",
    help: "Length of a tool's call, in seconds.",
    labelNames: ["tool"],
    buckets: STEP_BUCKETS,
    registers,
  });
  const timed = async <Result>(
    span: string,
    run: () => Result | Promise<Result>,
    count: (outcome: "completed" | "failed", seconds: number) => void,
  ): Promise<Result> => {
    const start = performance.now();
    let outcome: "completed" | "failed" = "failed";
    try {
      const result = await inSpan(span, {}, run);
      outcome = "completed";
      return result;
    } finally {
      count(outcome, (performance.now() - start) / 1000);
    }
  };

  return {
    /** Runs a tool's call, counted, timed and traced. */
    countToolCall: <Result>(tool: string, call: () => Result | Promise<Result>) =>
      timed(`tool ${tool}`, call, (outcome, seconds) => {
        toolCalls.inc({ tool, outcome });
        toolSeconds.observe({ tool }, seconds);
      }),
  };
}
