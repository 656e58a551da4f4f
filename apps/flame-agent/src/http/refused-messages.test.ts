import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_MODEL_TOKENS_PER_SECOND: "10000",
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
  });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

interface MessageRoute {
  readonly path: string;
  /** The body with this in the place of what is said. */
  readonly body: (said: unknown) => unknown;
  /** Of the shapes below the one that the route takes, with words in it. */
  readonly shape: (words: string) => readonly unknown[];
}

const listed = (words: string) => [
  words,
  [{ role: "user", content: words }],
  [{ role: "user", content: [{ type: "text", text: words }] }],
  [{ id: "1", role: "user", parts: [{ type: "text", text: words }] }],
];
const sent = (words: string) => [
  words,
  [{ type: "text", text: words }],
  { contents: words },
  { contents: [{ type: "text", text: words }], attributes: { from: "phone" } },
];
const ROUTES: readonly MessageRoute[] = [
  { path: "/turns", body: (message) => ({ message }), shape: (words) => [words] },
  {
    path: "/chat",
    body: (messages) => ({ id: randomUUID(), messages }),
    shape: (words) => [[{ id: "1", role: "user", parts: [{ type: "text", text: words }] }]],
  },
  ...["generate", "stream"].map((name) => ({
    path: `/api/agents/flame/${name}`,
    body: (messages: unknown) => ({ messages }),
    shape: listed,
  })),
  ...["send-message", "queue-message"].map((name) => ({
    path: `/api/agents/flame/${name}`,
    body: (message: unknown) => ({ message, threadId: randomUUID() }),
    shape: sent,
  })),
];

const BLANKS = ["", " ", " \n\t ", "\u00a0\u2003", "\u200b", "\u3164 \ufeff"];
const MALFORMED = [
  ...[undefined, null, true, 7, {}, [], [null], [7], [[]], [{}], { role: "user" }, { contents: "" }, { contents: [] }],
  ...[{ contents: 7 }, { contents: [{ type: "text" }] }, { contents: [{ type: "file", data: "eA==" }] }],
  ...[[{ type: "text" }], [{ type: "text", text: 7 }], [{ type: "video", data: "" }], { content: "hi" }],
  ...[[{ role: "king", content: "hi" }], [{ role: "user" }], [{ role: "user", content: 5 }]],
  ...[[{ role: "user", content: null }], [{ role: "user", content: [{ text: "x" }] }], [{ content: "hi" }]],
  ...[[{ role: "user", parts: 7 }], [{ role: "user", parts: [] }], [{ role: "user", parts: [{ type: "text" }] }]],
  ...[[{ role: "user", parts: [{ type: "step-start" }] }], [{ role: "user", content: [] }], [{ id: 7, role: "user" }]],
  ...["\0", "half \ud800"],
];

async function statusOf({ path, body }: MessageRoute, said: unknown): Promise<readonly [number, string]> {
  const response = await agent.post(path, body(said));
  if (!response.ok) return [response.status, await response.text()];
  await response.body?.cancel();
  return [response.status, ""];
}

describe.each(ROUTES)("what is said on $path", (route) => {
  it("is taken in each of its shapes", async () => {
    for (const said of route.shape("hi")) expect([said, ...(await statusOf(route, said))]).toEqual([said, 200, ""]);
  });

  it.each(BLANKS)("is refused where it is blank: %j", async (blank) => {
    for (const said of route.shape(blank))
      expect([said, ...(await statusOf(route, said))]).toEqual([said, 400, expect.stringContaining("error")]);
  });

  it.each(MALFORMED.map((said) => ({ told: JSON.stringify(said), said })))(
    "is refused where it is malformed: $told",
    async ({ said }) => {
      const [status, words] = await statusOf(route, said);
      expect([status, words]).toEqual([400, expect.stringContaining('"error"')]);
    },
  );

  it("is taken or refused and never fails, whatever it is", async () => {
    const text = fc.constantFrom("", " ", "hi", "text", "user", "assistant", "file", "data:,x");
    const said = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.array(
        fc.dictionary(
          fc.constantFrom("role", "content", "contents", "parts", "type", "text", "data", "mediaType", "id"),
          fc.oneof(text, fc.array(fc.dictionary(fc.constantFrom("type", "text", "data", "mediaType"), text))),
        ),
        { maxLength: 2 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(said, async (value) => {
        const [status, words] = await statusOf(route, value);
        expect([status, words]).toEqual([expect.toBeOneOf([200, 400]), words]);
      }),
      { numRuns: 60 },
    );
  });
});
