import type { LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";
import { expect, it } from "vitest";
import { permits } from "../permits.ts";
import { currentRequest, inRequest } from "../request-scope.ts";
import { bounded } from "./bounded.ts";

const PIECE = "x".repeat(15 * 1024);

/** Says so many pieces of 15 KiB to whoever asks. */
function saying(pieces: number): LanguageModelV3 {
  return {
    specificationVersion: "v3",
    provider: "test",
    modelId: "large",
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error("It streams")),
    async doStream() {
      const parts = Array.from(
        { length: pieces },
        (): LanguageModelV3StreamPart => ({ type: "text-delta", id: "1", delta: PIECE }),
      );
      return { stream: ReadableStream.from(parts) };
    },
  };
}

/** One turn that reads an answer; it is over when it is told to be. */
function turn(model: LanguageModelV3) {
  const over = Promise.withResolvers<void>();
  let read = 0;
  const whole = inRequest(async () => {
    const request = currentRequest();
    if (request) request.over = over.promise;
    for (const _ of ["first call", "second call"]) {
      const { stream } = await model.doStream({ prompt: [] });
      for await (const _part of stream) read += 1;
    }
  });
  return { over: over.resolve, whole, read: () => read };
}

it("a large answer waits until the turn of another one is over, and for no other one of its own turn", async () => {
  const model = bounded(saying(8), { limitKiB: 1024, large: permits(1), onPassed: () => {} });
  const first = turn(model);
  await first.whole;
  const second = turn(model);
  await new Promise((resolve) => setImmediate(resolve));
  expect([first.read(), second.read()]).toEqual([16, 4]);
  first.over();
  await second.whole;
  expect(second.read()).toBe(16);
});

it("small answers wait for nobody", async () => {
  const model = bounded(saying(4), { limitKiB: 1024, large: permits(1), onPassed: () => {} });
  const turns = [turn(model), turn(model), turn(model)];
  await Promise.all(turns.map(({ whole }) => whole));
  expect(turns.map(({ read }) => read())).toEqual([8, 8, 8]);
});
