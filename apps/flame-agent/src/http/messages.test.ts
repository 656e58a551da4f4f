import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

const generate = (messages: unknown) =>
  agent.post("/api/agents/flame/generate", { messages, memory: { thread: "shapes", resource: "ada" } });

describe("messages are refused with 400, which says where", () => {
  it.each([
    { why: "no fields", messages: [{}], where: "messages[0].role" },
    { why: "an unknown role", messages: [{ role: "king", content: "hi" }], where: "messages[0].role" },
    { why: "no content", messages: [{ role: "user" }], where: "messages[0].content" },
    { why: "numeric content", messages: [{ role: "user", content: 5 }], where: "messages[0].content" },
    { why: "content that is null", messages: [{ role: "user", content: null }], where: "messages[0].content" },
    {
      why: "a part without a type, behind a good message",
      messages: [
        { role: "user", content: "hi" },
        { role: "user", content: [{ text: "x" }] },
      ],
      where: "messages[1].content[0].type",
    },
    {
      why: "text that isn't",
      messages: [{ role: "user", parts: [{ type: "text", text: 1 }] }],
      where: "parts[0].text",
    },
    { why: "an unnamed tool", messages: [{ role: "tool", content: [{ type: "tool-result" }] }], where: "toolCallId" },
    { why: "no file", messages: [{ role: "user", content: [{ type: "file" }] }], where: "messages[0].content[0]" },
    { why: "a numeric id", messages: [{ id: 1, role: "user", content: "hi" }], where: "messages[0].id" },
    { why: "a long id", messages: [{ id: "x".repeat(201), role: "user", content: "hi" }], where: "messages[0].id" },
    { why: "no messages", messages: [], where: "messages" },
    { why: "a number", messages: 7, where: "messages" },
    { why: "blank words", messages: " \n", where: "messages" },
    { why: "blank content", messages: [{ role: "user", content: " " }], where: "messages[0].content" },
    { why: "blank parts", messages: [{ role: "user", parts: [{ type: "text", text: "" }] }], where: "messages[0]" },
    {
      why: "a message of another thread",
      messages: [stored("theirs", "ada")],
      where: "messages[0].threadId",
    },
    {
      why: "a message of another resource",
      messages: [stored("shapes", "bob")],
      where: "messages[0].resourceId",
    },
  ])("$why", async ({ messages, where }) => {
    const response = await generate(messages);
    const body = JSON.stringify(await response.json());
    expect([response.status, body]).toEqual([400, expect.stringContaining(where)]);
    const streamed = await agent.post("/api/agents/flame/stream", { messages });
    await streamed.body?.cancel();
    if (!where.includes("resourceId") && !where.includes("threadId")) expect(streamed.status).toBe(400);
  });
});

describe("messages are taken", () => {
  it.each([
    { why: "words", messages: "hi" },
    { why: "content", messages: [{ role: "user", content: "hi" }] },
    { why: "parts of content", messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }] },
    { why: "parts", messages: [{ id: "1", role: "user", parts: [{ type: "text", text: "hi" }] }] },
    { why: "as the store gives them", messages: [stored("shapes", "ada")] },
    {
      why: "an answer that was cut before its first word, between others",
      messages: [
        { role: "user", content: "hi" },
        { role: "assistant", content: "" },
        { role: "user", content: "hi" },
      ],
    },
    {
      why: "a tool's call and result",
      messages: [
        { role: "user", content: "sum" },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "c", toolName: "calculate", args: {} }] },
        { role: "tool", content: [{ type: "tool-result", toolCallId: "c", toolName: "calculate", result: 1 }] },
        { role: "user", content: "and?" },
      ],
    },
  ])("$why", async ({ messages }) => {
    expect((await generate(messages)).status).toBe(200);
  });

  it("or refused with 400, and never fail, whatever their shape", async () => {
    const type = fc.constantFrom("text", "reasoning", "tool-call", "tool-result", "tool-invocation", "step-start", "x");
    const value = fc.oneof(fc.constantFrom("", "a", 0, null, true), fc.constant([]), fc.constant({}));
    const part = fc.dictionary(
      fc.constantFrom("text", "toolCallId", "toolName", "args", "input", "output", "result", "toolInvocation", "state"),
      value,
      { maxKeys: 4 },
    );
    const parts = fc.array(
      fc.tuple(type, part).map(([name, fields]) => ({ ...fields, type: name })),
      { maxLength: 2 },
    );
    const message = fc.record(
      {
        role: fc.constantFrom("user", "assistant", "system", "tool", "data", 1),
        content: fc.oneof(
          value,
          parts,
          parts.map((inner) => ({ format: 2, parts: inner })),
        ),
        parts: fc.oneof(parts, value),
        id: fc.constantFrom("1", ""),
      },
      { requiredKeys: ["role"] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 2 }), async (messages) => {
        const response = await generate([...messages, { role: "user", content: "hi" }]);
        expect([response.status, await response.text()]).toEqual([
          expect.toSatisfy((status: number) => status === 200 || status === 400),
          expect.any(String),
        ]);
      }),
      { numRuns: 80 },
    );
  });
});

/** A message as `GET …/messages` tells it. */
function stored(threadId: string, resourceId: string) {
  const content = { format: 2, parts: [{ type: "text", text: "hi" }] };
  return { id: "s1", role: "user", createdAt: "2026-01-01T00:00:00.000Z", threadId, resourceId, content };
}
