import pino from "pino";
import { expect, it } from "vitest";
import { parseConfiguration } from "../configuration.ts";
import { createMetrics } from "../metrics.ts";
import { permits } from "../permits.ts";
import { largeModel } from "../testing/large-model.ts";
import { agentModel } from "./index.ts";

it("a question that can't be put to the model's server keeps nobody else's from it", async () => {
  const server = await largeModel({ bytes: 20, piece: "twenty characters it" });
  const { model, operations } = parseConfiguration({
    ...server.variables,
    FLAME_MODEL_BREAKER_FAILURES: "2",
    FLAME_MODEL_RETRIES: "3",
  });
  const log: string[] = [];
  const logger = pino({}, { write: (line) => log.push(line) });
  const { languageModel, states } = agentModel(model, operations.modelCare, createMetrics(), logger, permits(10));
  const file = { type: "file", mediaType: "application/x-bogus", data: "AA==" } as const;
  const started = performance.now();
  for (let time = 0; time < 4; time += 1)
    await expect(languageModel.doGenerate({ prompt: [{ role: "user", content: [file] }] })).rejects.toThrow(
      "No language model can be asked this: ",
    );
  expect(states().map(({ asked }) => asked)).toEqual([true]);
  // Nor is it tried again.
  expect(log.filter((line) => line.includes("after a pause"))).toEqual([]);
  expect(performance.now() - started).toBeLessThan(5_000);
  const { stream } = await languageModel.doStream({
    prompt: [{ role: "user", content: [{ type: "text", text: "hi" }] }],
  });
  const parts = [];
  for await (const part of stream) parts.push(part.type);
  expect(parts).toContain("text-delta");
});
