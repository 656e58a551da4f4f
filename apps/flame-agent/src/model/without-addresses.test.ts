import { createServer } from "node:http";
import type { LanguageModelV3 } from "@ai-sdk/provider";
import { Agent } from "@mastra/core/agent";
import { expect, it, onTestFinished } from "vitest";
import { isRecord } from "../http/is-record.ts";
import { addressedMessages } from "../testing/addressed-messages.ts";
import { until } from "../testing/folder.ts";
import { withoutAddresses } from "./without-addresses.ts";

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};

/** A model that keeps what it is asked. */
function recordingModel() {
  const prompts: unknown[] = [];
  const model: LanguageModelV3 = {
    specificationVersion: "v3",
    provider: "test",
    modelId: "test",
    supportedUrls: {},
    async doGenerate({ prompt }) {
      prompts.push(prompt);
      return {
        content: [{ type: "text", text: "Seen." }],
        finishReason: { unified: "stop", raw: "stop" },
        usage: USAGE,
        warnings: [],
      };
    },
    async doStream({ prompt }) {
      prompts.push(prompt);
      return {
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: "stream-start", warnings: [] });
            controller.enqueue({ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: USAGE });
            controller.close();
          },
        }),
      };
    },
  };
  return { prompts, model: withoutAddresses(model) };
}

it("a model gets no address, whatever got past the routes or is in memory since earlier, and Mastra fetches none", async () => {
  const trapped: string[] = [];
  const trap = createServer((request, response) => {
    trapped.push(request.url ?? "");
    response.setHeader("content-type", "image/png").end("x");
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void trap.close());
  await until("the trap listens", () => trap.listening);
  const bound = trap.address();
  const address = `http://127.0.0.1:${typeof bound === "object" && bound ? bound.port : 0}/planted.png`;

  const { prompts, model } = recordingModel();
  const agent = new Agent({ id: "a", name: "a", instructions: "x", model });
  const reached: string[] = [];
  for (const { format, message } of addressedMessages(address)) {
    const before = prompts.length;
    const messages: unknown = [{ role: "user", content: "look" }, message];
    // A format that Mastra refuses leads nowhere, which is as good.
    await agent.generate(JSON.parse(JSON.stringify(messages))).catch(() => undefined);
    await agent
      .stream(JSON.parse(JSON.stringify(messages)))
      .then((output) => output.consumeStream())
      .catch(() => undefined);
    if (prompts.length > before) reached.push(format);
  }
  // A tool's result as JSON is text to a model: no server takes it for a file.
  const handedOn = JSON.stringify(prompts, (_key, value: unknown) =>
    isRecord(value) && value.type === "json" ? undefined : value,
  );
  expect([trapped, handedOn.match(/127\.0\.0\.1/g)]).toEqual([[], null]);
  expect(reached.length).toBeGreaterThan(10);
  expect(JSON.stringify(prompts)).toContain("A file that was named by its address is left out");
});

it("a model gets what a file holds", async () => {
  const { prompts, model } = recordingModel();
  const agent = new Agent({ id: "a", name: "a", instructions: "x", model });
  await agent.generate([
    { role: "user", content: [{ type: "image", image: "data:image/png;base64,iVBORw0KGgo=" }] },
    { role: "user", content: [{ type: "file", data: "iVBORw0KGgo=", mediaType: "image/png" }] },
  ]);
  expect(JSON.stringify(prompts).match(/iVBORw0KGgo=/g)).toHaveLength(2);
  expect(JSON.stringify(prompts)).not.toContain("left out");
});
