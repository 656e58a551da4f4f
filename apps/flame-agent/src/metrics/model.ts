import type { LanguageModelV3, LanguageModelV3StreamPart, LanguageModelV3Usage } from "@ai-sdk/provider";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { isToken } from "../model/token.ts";
import { inSpan } from "../telemetry/index.ts";

/** Bounds in seconds: an answer from a fast model, and one of some minutes. */
const CALL_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

type CallOutcome = "completed" | "failed" | "stopped";

/** Prices of a million tokens, in any one currency. */
export interface TokenPrices {
  readonly inputPrice: number;
  readonly outputPrice: number;
}

/** Metrics of language models: calls, tokens, latency, errors, cost. The label `model` is a configured name. */
export function modelMetrics(registry: Registry, prices: TokenPrices, turnsSoFar: () => Promise<number>) {
  const registers = [registry];
  const calls = new Counter({
    name: "flame_model_calls_total",
    help: "Calls of a language model: completed, failed, or stopped because the turn was.",
    labelNames: ["outcome", "model"],
    registers,
  });
  const tokens = new Counter({
    name: "flame_model_tokens_total",
    help: "Tokens of a language model.",
    labelNames: ["direction", "model"],
    registers,
  });
  const callSeconds = new Histogram({
    name: "flame_model_call_duration_seconds",
    help: "From a call of a language model to the end of its answer, in seconds.",
    labelNames: ["model"],
    buckets: CALL_BUCKETS,
    registers,
  });
  const firstTokenSeconds = new Histogram({
    name: "flame_model_first_token_seconds",
    help: "From a call of a language model to the first token of its answer, in seconds.",
    labelNames: ["model"],
    buckets: CALL_BUCKETS,
    registers,
  });
  const cost = new Counter({
    name: "flame_model_cost_total",
    help: "What the tokens cost, in the currency of the prices.",
    labelNames: ["model"],
    registers,
  });
  const fallbacks = new Counter({
    name: "flame_model_fallbacks_total",
    help: "Times that a language model failed before its first token and the next one was asked.",
    labelNames: ["model", "reason"],
    registers,
  });
  const circuitOpen = new Gauge({
    name: "flame_model_circuit_open",
    help: "1 while a language model isn't asked because it failed too often.",
    labelNames: ["model"],
    registers,
  });
  let costSoFar = 0;
  new Gauge({
    name: "flame_cost_per_1000_requests",
    help: "What 1,000 turns cost on average since the start, in the currency of the prices.",
    registers,
    async collect() {
      const turns = await turnsSoFar();
      this.set(turns === 0 ? 0 : (costSoFar / turns) * 1000);
    },
  });

  const countTokens = (model: string, usage: LanguageModelV3Usage) => {
    const [input, output] = [usage.inputTokens.total ?? 0, usage.outputTokens.total ?? 0];
    const price = (input * prices.inputPrice + output * prices.outputPrice) / 1_000_000;
    tokens.inc({ direction: "input", model }, input);
    tokens.inc({ direction: "output", model }, output);
    cost.inc({ model }, price);
    costSoFar += price;
  };

  return {
    countFallback(model: string, reason: string): void {
      fallbacks.inc({ model, reason });
    },

    setCircuit(model: string, open: boolean): void {
      circuitOpen.set({ model }, open ? 1 : 0);
    },

    /** The same model, counting and tracing its calls under `name`. */
    meter(model: LanguageModelV3, name = model.modelId): LanguageModelV3 {
      const begin = () => {
        const start = performance.now();
        const seconds = () => (performance.now() - start) / 1000;
        let over = false;
        return {
          firstToken: () => firstTokenSeconds.observe({ model: name }, seconds()),
          end(outcome: CallOutcome, usage?: LanguageModelV3Usage) {
            if (over) return;
            over = true;
            calls.inc({ outcome, model: name });
            callSeconds.observe({ model: name }, seconds());
            if (usage) countTokens(name, usage);
          },
        };
      };
      type Call = ReturnType<typeof begin>;
      const counted = async <Result>(call: Call, signal: AbortSignal | undefined, run: () => PromiseLike<Result>) => {
        try {
          return await inSpan("model call", { "gen_ai.request.model": name }, async () => run());
        } catch (error) {
          call.end(signal?.aborted ? "stopped" : "failed");
          throw error;
        }
      };
      return {
        specificationVersion: "v3",
        provider: model.provider,
        modelId: model.modelId,
        supportedUrls: model.supportedUrls,
        async doGenerate(options) {
          const call = begin();
          const result = await counted(call, options.abortSignal, () => model.doGenerate(options));
          call.end("completed", result.usage);
          return result;
        },
        async doStream(options) {
          const call = begin();
          const result = await counted(call, options.abortSignal, () => model.doStream(options));
          return { ...result, stream: result.stream.pipeThrough(countingStream(call)) };
        },
      };
    },
  };
}

/** Passes a stream on and tells when its first token came and how it ended. */
function countingStream(call: {
  firstToken(): void;
  end(outcome: CallOutcome, usage?: LanguageModelV3Usage): void;
}): TransformStream<LanguageModelV3StreamPart, LanguageModelV3StreamPart> {
  let begun = false;
  return new TransformStream({
    transform(part, controller) {
      if (!begun && isToken(part)) {
        begun = true;
        call.firstToken();
      }
      if (part.type === "finish") call.end("completed", part.usage);
      if (part.type === "error") call.end("failed");
      controller.enqueue(part);
    },
    flush: () => call.end("failed"),
    cancel: () => call.end("stopped"),
  });
}
