import { describe, expect, it, onTestFinished } from "vitest";
import { testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents } from "../testing/client.ts";
import { largeModel } from "../testing/large-model.ts";
import { withoutCopies } from "./without-copies.ts";

const payloadOf = (text: string) => ({
  stepResult: { reason: "stop" },
  output: { text, usage: { totalTokens: 3 }, steps: [{ text }] },
  messages: { all: [{ content: text }] },
  response: { id: "1", uiMessages: [{ parts: [{ text }] }] },
});

describe("a chunk of Mastra's stream", () => {
  it.each(["step-finish", "finish"])(
    "%s is as it is where it is small, and says only what is new where not",
    (type) => {
      const small = { type, payload: payloadOf("x".repeat(100)) };
      expect(withoutCopies(small)).toBe(small);
      expect(withoutCopies({ type, payload: payloadOf("x".repeat(100_000)) })).toEqual({
        type,
        payload: { stepResult: { reason: "stop" }, output: { usage: { totalTokens: 3 } }, response: { id: "1" } },
      });
    },
  );

  it("that tells something the first time is as it is, however large", () => {
    const large = { type: "tool-result", payload: { result: "x".repeat(100_000) } };
    expect(withoutCopies(large)).toBe(large);
  });
});

it("a large answer is streamed once, and its end tells the reason and the tokens", async () => {
  const bytes = 900_000;
  const model = await largeModel({ bytes, piece: "0123456789abcdef".repeat(64) });
  const agent = await testAgent({ ...model.variables, FLAME_RATE_LIMIT_PER_MINUTE: "0" });
  onTestFinished(async () => void (await agent.stop()));
  const memory = { thread: "t", resource: "r" };
  const asked = { messages: [{ role: "user", content: "hi" }], memory };
  const text = await (await agent.post("/api/agents/flame/stream", asked)).text();
  expect(text.length).toBeLessThan(1.3 * bytes);
  const finish = parseEvents(text).find(({ data }) => isRecord(data) && data.type === "finish")?.data;
  expect(finish).toMatchObject({ payload: { stepResult: { reason: "stop" }, output: { usage: expect.anything() } } });
});
