import type { LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { createMetrics } from "../metrics.ts";
import { collect } from "../testing/collect.ts";

const usage = {
  inputTokens: { total: 1_000, noCache: 1_000, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 500, text: 500, reasoning: 0 },
};
const finishReason = { unified: "stop", raw: "stop" } as const;
const TEXT: LanguageModelV3StreamPart = { type: "text-delta", id: "1", delta: "a" };
const FINISH: LanguageModelV3StreamPart = { type: "finish", finishReason, usage };

/** A model whose stream is these parts, and then an error if there is one. */
function modelOf(parts: readonly LanguageModelV3StreamPart[], failure?: Error): LanguageModelV3 {
  return {
    specificationVersion: "v3",
    provider: "test",
    modelId: "small",
    supportedUrls: {},
    async doStream() {
      if (failure) throw failure;
      return { stream: ReadableStream.from(parts) };
    },
    async doGenerate() {
      if (failure) throw failure;
      return { content: [], finishReason, usage, warnings: [] };
    },
  };
}

describe("a metered model", () => {
  it("counts calls and tokens, times its first token and its end, and adds up what it costs", async () => {
    const metrics = createMetrics({ inputPrice: 2, outputPrice: 8 });
    const model = metrics.meter(modelOf([TEXT, FINISH]));
    metrics.countTurnStart();
    await collect((await model.doStream({ prompt: [] })).stream);
    await model.doGenerate({ prompt: [] });
    metrics.countTurnEnd("completed", 1);
    const text = await metrics.registry.metrics();
    for (const line of [
      'flame_model_calls_total{outcome="completed",model="small"} 2',
      'flame_model_tokens_total{direction="input",model="small"} 2000',
      'flame_model_tokens_total{direction="output",model="small"} 1000',
      'flame_model_first_token_seconds_count{model="small"} 1',
      'flame_model_call_duration_seconds_count{model="small"} 2',
      'flame_model_cost_total{model="small"} 0.012',
      "flame_cost_per_1000_requests 12",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  it("costs nothing before the first turn", async () => {
    expect(await createMetrics().registry.metrics()).toContain("flame_cost_per_1000_requests 0\n");
  });

  it.each([
    { how: "fails at once", parts: [], failure: new Error("no") },
    { how: "says that it failed", parts: [TEXT, { type: "error" as const, error: new Error("no") }] },
    { how: "ends without saying so", parts: [TEXT] },
  ])("is counted as failed when it $how", async ({ parts, failure }) => {
    const metrics = createMetrics();
    const model = metrics.meter(modelOf(parts, failure));
    const read = async () => collect((await model.doStream({ prompt: [] })).stream);
    await Promise.allSettled([read()]);
    expect(await metrics.registry.metrics()).toContain('flame_model_calls_total{outcome="failed",model="small"} 1\n');
  });

  it("is counted as stopped when its turn is", async () => {
    const metrics = createMetrics();
    const model = metrics.meter(modelOf([TEXT, TEXT, FINISH]));
    const { stream } = await model.doStream({ prompt: [] });
    await stream.cancel("gone");
    const failing = metrics.meter(modelOf([], new Error("aborted")));
    await Promise.allSettled([failing.doGenerate({ prompt: [], abortSignal: AbortSignal.abort() })]);
    expect(await metrics.registry.metrics()).toContain('flame_model_calls_total{outcome="stopped",model="small"} 2\n');
  });
});

describe("a tool's call", () => {
  it("is counted by how it ends, also when that takes time", async () => {
    const metrics = createMetrics();
    expect(await metrics.countToolCall("add", () => 3)).toBe(3);
    await expect(metrics.countToolCall("add", async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    const text = await metrics.registry.metrics();
    expect(text).toContain('flame_tool_calls_total{tool="add",outcome="completed"} 1\n');
    expect(text).toContain('flame_tool_calls_total{tool="add",outcome="failed"} 1\n');
    expect(text).toContain('flame_tool_call_duration_seconds_count{tool="add"} 2\n');
  });
});
