import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const PNG = "iVBORw0KGgo=";

/** Every way in which the routes take a file, with this part in it. */
const WAYS: readonly { readonly way: string; readonly path: string; readonly body: (part: unknown) => unknown }[] = [
  ...["generate", "stream"].flatMap((name) => {
    const path = `/api/agents/flame/${name}`;
    return [
      { way: `${name}: content`, path, body: (part: unknown) => ({ messages: [{ role: "user", content: [part] }] }) },
      {
        way: `${name}: parts`,
        path,
        body: (part: unknown) => ({ messages: [{ id: "1", role: "user", parts: [part] }] }),
      },
      {
        way: `${name}: format 2`,
        path,
        body: (part: unknown) => ({ messages: [{ id: "1", role: "user", content: { format: 2, parts: [part] } }] }),
      },
    ];
  }),
  ...["send-message", "queue-message"].map((name) => ({
    way: name,
    path: `/api/agents/flame/${name}`,
    body: (part: unknown) => ({ message: [part], threadId: randomUUID() }),
  })),
];

const MALFORMED: readonly unknown[] = [
  { type: "file", data: "AA==" },
  ...["", "x", "unknown", "application/x-bogus", "audio/ogg", "image", 7, null, {}].map((mediaType) => ({
    type: "file",
    data: PNG,
    mediaType,
  })),
  { type: "file", data: "data:," },
  { type: "file", data: "data:,", mediaType: "image/png" },
  { type: "file", data: "data:;base64,", mediaType: "image/png" },
  { type: "file", data: "", mediaType: "image/png" },
  { type: "file", data: "%%", mediaType: "text/plain" },
  { type: "file", url: "data:;base64," },
  ...[{ 0: 1, 1: 2 }, { type: "data", data: PNG }, [], 7, null].map((data) => ({
    type: "file",
    data,
    mediaType: "image/png",
  })),
  ...[{ a: 1 }, "", "not base64 %%%", "data:,", 7, null].map((image) => ({ type: "image", image })),
  { type: "image", image: PNG, mediaType: 5 },
];

async function statusOf(path: string, body: unknown): Promise<readonly [number, string]> {
  const response = await agent.post(path, body);
  if (!response.ok) return [response.status, await response.text()];
  await response.body?.cancel();
  return [response.status, ""];
}

describe.each(WAYS)("a file in $way", ({ way, path, body }) => {
  it("is taken with its type", async () => {
    const asUrl = `data:image/png;base64,${PNG}`;
    const name = way.endsWith("parts") ? "url" : "data";
    expect(await statusOf(path, body({ type: "file", [name]: asUrl, mediaType: "image/png" }))).toEqual([200, ""]);
  });

  it.each(MALFORMED.map((part) => ({ told: JSON.stringify(part), part })))(
    "is refused where no model could be given it: $told",
    async ({ part }) => {
      expect(await statusOf(path, body(part))).toEqual([400, expect.stringContaining('"problems"')]);
    },
  );
});

it.each([
  { url: "data:," },
  { url: `data:;base64,${PNG}` },
  { url: PNG, contentType: "application/x-bogus" },
  { url: 7 },
])("an attachment is refused too: %j", async (attachment) => {
  const message = { id: "1", role: "user", content: "look", experimental_attachments: [attachment] };
  expect(await statusOf("/api/agents/flame/generate", { messages: [message] })).toEqual([
    400,
    expect.stringContaining("experimental_attachments"),
  ]);
});
