import type { LanguageModelV3, LanguageModelV3Usage } from "@ai-sdk/provider";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { TurnOutcome } from "./turns/turns.ts";

/** Bounds in seconds: requests that answer at once, and turns of up to some minutes. */
const REQUEST_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 30, 60, 120, 180, 300];
const TURN_BUCKETS = [0.5, 1, 2, 5, 10, 30, 60, 90, 120, 180, 300, 600];

export type Metrics = ReturnType<typeof createMetrics>;

/** What Prometheus may read. Every label has few values: route patterns and never paths, names and never ids. */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Counter({
    name: "flame_http_requests_total",
    help: "Requests answered.",
    labelNames: ["method", "route", "status"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "flame_http_request_duration_seconds",
    help: "From a request's arrival to the end of its response, in seconds.",
    labelNames: ["method", "route"],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const turnsActive = new Gauge({ name: "flame_turns_active", help: "Turns that run now.", registers });
  const turns = new Counter({
    name: "flame_turns_total",
    help: "Turns that have ended, by how.",
    labelNames: ["outcome"],
    registers,
  });
  const turnsRefused = new Counter({
    name: "flame_turns_refused_total",
    help: "Turns refused while shutting down.",
    registers,
  });
  const turnSeconds = new Histogram({
    name: "flame_turn_duration_seconds",
    help: "Length of a turn, in seconds.",
    buckets: TURN_BUCKETS,
    registers,
  });
  const modelTokens = new Counter({
    name: "flame_model_tokens_total",
    help: "Tokens of the language model.",
    labelNames: ["direction"],
    registers,
  });
  const modelCalls = new Counter({
    name: "flame_model_calls_total",
    help: "Calls of the language model.",
    labelNames: ["outcome"],
    registers,
  });
  const toolCalls = new Counter({
    name: "flame_tool_calls_total",
    help: "Calls of the agent's tools.",
    labelNames: ["tool", "outcome"],
    registers,
  });

  const countTokens = (usage: LanguageModelV3Usage) => {
    modelCalls.inc({ outcome: "completed" });
    modelTokens.inc({ direction: "input" }, usage.inputTokens.total ?? 0);
    modelTokens.inc({ direction: "output" }, usage.outputTokens.total ?? 0);
  };

  return {
    registry,

    countRequest(method: string, route: string, status: number, seconds: number): void {
      requests.inc({ method, route, status });
      requestSeconds.observe({ method, route }, seconds);
    },

    countTurnStart(): void {
      turnsActive.inc();
    },

    countTurnEnd(outcome: TurnOutcome, seconds: number): void {
      turnsActive.dec();
      turns.inc({ outcome });
      turnSeconds.observe(seconds);
    },

    countRefusedTurn(): void {
      turnsRefused.inc();
    },

    async countToolCall<Result>(tool: string, call: () => Result): Promise<Result> {
      try {
        const result = call();
        toolCalls.inc({ tool, outcome: "completed" });
        return result;
      } catch (error) {
        toolCalls.inc({ tool, outcome: "failed" });
        throw error;
      }
    },

    /** The same model, counting its calls and tokens. */
    meter(model: LanguageModelV3): LanguageModelV3 {
      const counted = async <Result>(call: PromiseLike<Result>): Promise<Result> => {
        try {
          return await call;
        } catch (error) {
          modelCalls.inc({ outcome: "failed" });
          throw error;
        }
      };
      return {
        specificationVersion: "v3",
        provider: model.provider,
        modelId: model.modelId,
        supportedUrls: model.supportedUrls,
        async doGenerate(options) {
          const result = await counted(model.doGenerate(options));
          countTokens(result.usage);
          return result;
        },
        async doStream(options) {
          const result = await counted(model.doStream(options));
          const count = new TransformStream({
            transform(part, controller) {
              if (part.type === "finish") countTokens(part.usage);
              controller.enqueue(part);
            },
          });
          return { ...result, stream: result.stream.pipeThrough(count) };
        },
      };
    },
  };
}
