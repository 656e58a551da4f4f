import { setTimeout as delay } from "node:timers/promises";
import { APICallError, type LanguageModelV3, type LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { describe, expect, it } from "vitest";
import { collect } from "../testing/collect.ts";
import { openableCircuit } from "./circuit.ts";
import { type Candidate, fallbackChain } from "./fallback.ts";
import { patientRetry } from "./retry.ts";

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const FINISH: LanguageModelV3StreamPart = { type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage };
const START: LanguageModelV3StreamPart = { type: "stream-start", warnings: [] };
const text = (delta: string): LanguageModelV3StreamPart => ({ type: "text-delta", id: "1", delta });
const status = (statusCode: number, responseHeaders: Record<string, string> = {}) =>
  new APICallError({ message: "no", url: "http://m", requestBodyValues: {}, statusCode, responseHeaders });

type Step = LanguageModelV3StreamPart | Error | "hang";

/** A model whose stream is these steps; it counts its calls. */
function scripted(...steps: readonly Step[]) {
  let calls = 0;
  async function* play(): AsyncGenerator<LanguageModelV3StreamPart> {
    for (const step of steps) {
      if (step === "hang") await delay(60_000, undefined, { ref: false });
      else if (step instanceof Error) throw step;
      else yield step;
    }
  }
  const model: LanguageModelV3 = {
    specificationVersion: "v3",
    provider: "test",
    modelId: "scripted",
    supportedUrls: {},
    async doStream() {
      calls += 1;
      const [step] = steps;
      if (step instanceof Error) throw step;
      return { stream: ReadableStream.from(play()) };
    },
    async doGenerate() {
      calls += 1;
      const [step] = steps;
      if (step instanceof Error) throw step;
      return { content: [], finishReason: { unified: "stop", raw: "stop" }, usage, warnings: [] };
    },
  };
  return { model, calls: () => calls };
}

function chainOf(
  models: readonly { readonly model: LanguageModelV3 }[],
  { failures = 100, seconds = 60, firstTokenSeconds = 60, retries = 0, longestPauseSeconds = 5 } = {},
) {
  const pauses: number[] = [];
  const fallbacks: string[] = [];
  const cuts: string[] = [];
  const circuits: boolean[] = [];
  const candidates = models.map(({ model }, index): Candidate => {
    const circuit = openableCircuit({ failures, seconds, onChange: (open) => circuits.push(open) });
    return { name: `m${index + 1}`, model, circuit, firstTokenSeconds };
  });
  const retry = patientRetry({ retries, longestPauseSeconds, onRetry: (pause) => pauses.push(pause) });
  const chain = fallbackChain(
    candidates,
    (name, reason) => fallbacks.push(`${name}: ${reason}`),
    ({ model, reference }) => cuts.push(`${model}: ${reference}`),
    retry,
  );
  const stream = async (abortSignal?: AbortSignal) =>
    collect((await chain.doStream({ prompt: [], abortSignal })).stream);
  return { chain, fallbacks, cuts, circuits, pauses, stream };
}

describe("a chain of models", () => {
  it("asks the first and no other while it answers", async () => {
    const [one, other] = [scripted(START, text("a"), FINISH), scripted(START, text("b"), FINISH)];
    const { stream, fallbacks } = chainOf([one, other]);
    expect(await stream()).toEqual([START, text("a"), FINISH]);
    expect([other.calls(), fallbacks]).toEqual([0, []]);
  });

  it.each([
    { why: "refuses the call", steps: [status(503)], reason: "503" },
    { why: "can't be reached", steps: [new Error("fetch failed")], reason: "failed" },
    { why: "fails before its first token", steps: [START, new Error("reset")], reason: "failed" },
    {
      why: "says that it failed before its first token",
      steps: [START, { type: "error" as const, error: status(429) }],
      reason: "429",
    },
    { why: "ends without a word", steps: [START], reason: "cut" },
    { why: "is too slow to its first token", steps: [START, "hang" as const], reason: "too slow" },
  ])("asks the next one when one $why", async ({ steps, reason }) => {
    const { stream, fallbacks } = chainOf([scripted(...steps), scripted(START, text("b"), FINISH)], {
      firstTokenSeconds: 0.05,
    });
    expect(await stream()).toEqual([START, text("b"), FINISH]);
    expect(fallbacks).toEqual([`m1: ${reason}`]);
  });

  it.each([
    {
      how: "breaks off",
      steps: [START, text("a"), new Error("reset")],
      error: { name: "ModelAnswerCut", message: expect.stringMatching(/m1 was cut; ask again \(reference/) },
    },
    {
      how: "ends without saying that it is over",
      steps: [START, text("a")],
      error: { name: "ModelAnswerCut", message: expect.stringMatching(/m1 was cut; ask again/) },
    },
  ])("ends with a clear error when an answer that has begun $how, and begins no other", async ({ steps, error }) => {
    const other = scripted(START, text("b"), FINISH);
    const parts = await chainOf([scripted(...steps), other]).stream();
    expect(parts).toEqual([START, text("a"), { type: "error", error: expect.objectContaining(error) }]);
    expect(other.calls()).toBe(0);
  });

  it("tells of an answer that breaks off, but not of one that its caller has stopped", async () => {
    const broken = () => chainOf([scripted(START, text("a"), new Error("reset"))]);
    const cut = broken();
    await cut.stream();
    expect(cut.cuts).toHaveLength(1);
    const stopped = broken();
    const leave = new AbortController();
    const { stream } = await stopped.chain.doStream({ prompt: [], abortSignal: leave.signal });
    leave.abort(new Error("the client left"));
    await collect(stream);
    expect(stopped.cuts).toEqual([]);
  });

  it("says of every model why it failed, when none is left", async () => {
    const { stream } = chainOf([scripted(status(503)), scripted(new Error("planted words"))]);
    const failed = await stream().catch((error) => error);
    expect(failed).toMatchObject({
      name: "ModelsUnavailable",
      message: "No language model answers: m1 (503), m2 (failed); try again later",
    });
  });

  it("falls over for a whole answer too", async () => {
    const { chain, fallbacks } = chainOf([scripted(status(500)), scripted(FINISH)]);
    expect((await chain.doGenerate({ prompt: [] })).finishReason.unified).toBe("stop");
    expect(fallbacks).toEqual(["m1: 500"]);
  });

  it("asks nobody else when the turn is over", async () => {
    const other = scripted(START, text("b"), FINISH);
    const { stream, fallbacks } = chainOf([scripted(START, "hang"), other], { failures: 1 });
    const leave = new AbortController();
    const streamed = stream(leave.signal).catch((error) => error);
    await delay(20);
    leave.abort(new Error("the client left"));
    expect(await streamed).toMatchObject({ message: "the client left" });
    expect([other.calls(), fallbacks]).toEqual([0, []]);
  });

  it("passes on that the reader has gone", async () => {
    let cancelled = "";
    const { model } = scripted();
    const endless: LanguageModelV3 = {
      ...model,
      async doStream() {
        return {
          stream: new ReadableStream<LanguageModelV3StreamPart>({
            pull: (controller) => controller.enqueue(text("a")),
            cancel(reason) {
              cancelled = String(reason);
            },
          }),
        };
      },
    };
    const { stream } = await chainOf([{ model: endless }]).chain.doStream({ prompt: [] });
    await stream.cancel("gone");
    expect(cancelled).toBe("gone");
  });

  it("needs a model", () => {
    expect(() => chainOf([])).toThrow("at least one model");
  });
});

/** A model that fails with each of these errors once, and then answers. */
function recovering(...errors: readonly Error[]) {
  const left = [...errors];
  const answering = scripted(START, text("a"), FINISH);
  let calls = 0;
  const model: LanguageModelV3 = {
    ...answering.model,
    async doStream(options) {
      calls += 1;
      const error = left.shift();
      if (error) throw error;
      return answering.model.doStream(options);
    },
  };
  return { model, calls: () => calls };
}

describe("models that fail for a moment", () => {
  it.each([
    { why: "has too many calls", error: status(429) },
    { why: "breaks down", error: status(500) },
    { why: "can't be reached", error: new Error("fetch failed") },
  ])("are asked again, after pauses that grow, when one $why", async ({ error }) => {
    const one = recovering(error, error);
    const { stream, pauses } = chainOf([one], { retries: 2 });
    expect(await stream()).toEqual([START, text("a"), FINISH]);
    expect(one.calls()).toBe(3);
    expect(pauses.map((pause, index) => pause >= 125 * 2 ** index && pause <= 250 * 2 ** index)).toEqual([true, true]);
  });

  it("are not asked before the time that the first of them tells, in seconds or by a date", async () => {
    const date = new Date(Date.now() + 3_000).toUTCString();
    const { stream, pauses } = chainOf(
      [recovering(status(503, { "retry-after": date })), recovering(status(429, { "retry-after": "1" }))],
      {
        retries: 1,
      },
    );
    const start = performance.now();
    expect(await stream()).toEqual([START, text("a"), FINISH]);
    expect(pauses).toEqual([1_000]);
    expect(performance.now() - start).toBeGreaterThan(990);
  });

  it.each([
    { why: "as often as is set", errors: [status(500), status(500)], retries: 1, calls: 2 },
    { why: "never where that is set", errors: [status(500)], retries: 0, calls: 1 },
    {
      why: "never where one wants a longer pause than is set",
      errors: [status(429, { "retry-after": "6" })],
      retries: 3,
      calls: 1,
    },
    { why: "never for what the server refuses", errors: [status(401)], retries: 3, calls: 1 },
  ])("are asked again $why", async ({ errors, retries, calls }) => {
    const one = recovering(...errors);
    const { stream } = chainOf([one], { retries });
    await expect(stream()).rejects.toThrow(/^No language model answers: m1 \(\d+\); try again later$/);
    expect(one.calls()).toBe(calls);
  });

  it("are not asked again when an answer has begun, or one is too slow, or rests", async () => {
    const cut = scripted(START, text("a"), new Error("reset"));
    expect(await chainOf([cut], { retries: 3 }).stream()).toHaveLength(3);
    const slow = scripted(START, "hang");
    await expect(chainOf([slow], { retries: 3, firstTokenSeconds: 0.05 }).stream()).rejects.toThrow("too slow");
    const broken = scripted(status(500));
    await expect(chainOf([broken], { retries: 3, failures: 2 }).stream()).rejects.toThrow("m1 (failed)");
    expect([cut.calls(), slow.calls(), broken.calls()]).toEqual([1, 1, 2]);
  });

  it("are waited for no longer than the turn", async () => {
    const one = recovering(status(429, { "retry-after": "4" }));
    const { stream } = chainOf([one], { retries: 1 });
    const leave = new AbortController();
    const start = performance.now();
    const streamed = stream(leave.signal).catch((error) => error);
    setTimeout(() => leave.abort(new Error("the turn is over")), 50);
    expect(await streamed).toMatchObject({ message: "the turn is over" });
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(one.calls()).toBe(1);
  });
});

describe("a circuit", () => {
  it("opens after failures in a row, is tried again after its while, and closes when that works", async () => {
    const steps: Step[] = [status(500)];
    const flaky = scripted();
    const model: LanguageModelV3 = {
      ...flaky.model,
      doStream: () => scripted(...steps).model.doStream({ prompt: [] }),
    };
    const { stream, fallbacks, circuits } = chainOf([{ model }, scripted(START, text("b"), FINISH)], {
      failures: 2,
      seconds: 0.1,
    });
    for (const _ of [1, 2, 3]) await stream();
    expect(fallbacks).toEqual(["m1: 500", "m1: 500", "m1: circuit open"]);
    steps.splice(0, 1, START, text("a"), FINISH);
    await delay(120);
    expect(await stream()).toEqual([START, text("a"), FINISH]);
    expect([circuits.at(0), circuits.at(-1)]).toEqual([true, false]);
  });

  it("stays closed for questions that the server refuses, and for turns that end", async () => {
    const { stream, fallbacks } = chainOf([scripted(status(400)), scripted(START, text("b"), FINISH)], { failures: 1 });
    for (const _ of [1, 2]) await stream();
    expect(fallbacks).toEqual(["m1: 400", "m1: 400"]);
  });
});
