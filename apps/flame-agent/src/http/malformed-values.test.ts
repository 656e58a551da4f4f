import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
  await agent.turn("hi", "there");
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

async function answer(response: Response): Promise<readonly [number, string]> {
  if (!response.ok) return [response.status, await response.text()];
  await response.body?.cancel();
  return [response.status, ""];
}

const REFUSED = [400, expect.stringContaining('"problems"')];
const told = <Value>(value: Value) => ({ told: JSON.stringify(value), value });

describe.each(["generate", "stream"])("when a message was said, on %s", (route) => {
  const messagesAt = (createdAt: unknown) => [
    { id: "1", role: "user", content: { format: 2, parts: [{ type: "text", text: "hi" }] }, createdAt },
    { id: "2", role: "user", parts: [{ type: "text", text: "hi" }], createdAt },
    { role: "user", content: "hi", createdAt },
  ];
  const said = async (message: unknown) => {
    const memory = { thread: randomUUID() };
    return answer(await agent.post(`/api/agents/flame/${route}`, { messages: [message], memory }));
  };

  it.each([undefined, null, 0, -1, 1.5, "2020", "2020-01-01", "9998-12-31T23:59:59Z"].map(told))(
    "is taken: $told",
    async ({ value }) => {
      for (const message of messagesAt(value)) expect(await said(message)).toEqual([200, ""]);
    },
  );

  it.each(
    [
      "nonsense",
      "",
      "9999-12-31T23:59:59.996Z",
      {},
      [],
      true,
      8.64e15,
      8.64e15 + 1,
      1e99,
      -1e99,
      "+275760-09-13T00:00:00Z",
      "-000001-01-01",
    ].map(told),
  )("is refused: $told", async ({ value }) => {
    for (const message of messagesAt(value)) expect(await said(message)).toEqual(REFUSED);
  });
});

describe("what a query looks for", () => {
  const bad = [
    ...["constructor", "prototype", "a b", "", "é", "1"].map((name) => ({ [name]: "x" })),
    { a: "\0" },
    { a: "\ud800" },
    { "\0": "a" },
  ];
  const inQuery = (path: string, name: string, value: unknown) =>
    agent.get(`${path}?${new URLSearchParams({ [name]: JSON.stringify(value) })}`).then(answer);

  it.each(bad.map(told))("is refused: $told", async ({ value }) => {
    expect(await inQuery("/api/memory/threads", "metadata", value)).toEqual(REFUSED);
    expect(await inQuery("/api/memory/threads/there/messages", "filter", { metadata: value })).toEqual(REFUSED);
  });

  it.each(["", "\0", "a\0b", "\ud800"].map(told))("is refused as a message's id: $told", async ({ value }) => {
    expect(await inQuery("/api/memory/threads/there/messages", "include", [{ id: value }])).toEqual(REFUSED);
  });

  it("is taken where it is well-formed", async () => {
    expect(await inQuery("/api/memory/threads", "metadata", { of: "phone", toString: 1 })).toEqual([200, ""]);
    expect(await inQuery("/api/memory/threads/there/messages", "include", [{ id: "nobody's" }])).toEqual([200, ""]);
  });
});

describe.each(["send-message", "queue-message"])("an attribute on %s", (route) => {
  const sent = async (attributes: unknown) =>
    answer(
      await agent.post(`/api/agents/flame/${route}`, {
        message: { contents: "hi", attributes },
        threadId: randomUUID(),
      }),
    );

  it.each(["a b", "", "1", "a<", "é", "a:b", ".a", "-a"])("is refused by a name that XML hasn't: %j", async (name) => {
    expect(await sent({ [name]: "c" })).toEqual(REFUSED);
  });

  it.each(["a", "_a", "a-b.c", "type"])("is taken: %j", async (name) => {
    expect(await sent({ [name]: '<"&' })).toEqual([200, ""]);
  });
});
