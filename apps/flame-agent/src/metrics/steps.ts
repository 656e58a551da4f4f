import { Counter, Histogram, type Registry } from "prom-client";
import { inSpan } from "../telemetry/index.ts";

/** Bounds in seconds: a step in memory, a query, a call of a model. */
const STEP_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 180];

/** Metrics of what a turn is made of: tools, steps of the workflow, the answers' cache. */
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
  const steps = new Counter({
    name: "flame_workflow_steps_total",
    help: "Steps of the chat workflow that have ended, by how.",
    labelNames: ["step", "outcome"],
    registers,
  });
  const stepSeconds = new Histogram({
    name: "flame_workflow_step_duration_seconds",
    help: "Length of a step of the chat workflow, in seconds.",
    labelNames: ["step"],
    buckets: STEP_BUCKETS,
    registers,
  });
  const cacheLookups = new Counter({
    name: "flame_cache_lookups_total",
    help: "Questions looked up among earlier answers: hit, miss, or skipped because the cache doesn't apply.",
    labelNames: ["outcome"],
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

    /** Runs a step of the chat workflow, counted, timed and traced. */
    countStep: <Result>(step: string, run: () => Result | Promise<Result>) =>
      timed(`step ${step}`, run, (outcome, seconds) => {
        steps.inc({ step, outcome });
        stepSeconds.observe({ step }, seconds);
      }),

    countCacheLookup(outcome: "hit" | "miss" | "skipped"): void {
      cacheLookups.inc({ outcome });
    },
  };
}
