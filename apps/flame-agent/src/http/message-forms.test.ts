import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { anyMessages } from "../testing/any-messages.ts";

/** What trying any messages may take, in milliseconds. */
const BOUND_MILLISECONDS = 60_000;

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "10000", FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

interface Outcome {
  readonly status: number;
  readonly failed: boolean;
  readonly told: string;
}

/** What comes of a whole turn; one whose stream has an error in it has failed, too. */
async function outcomeOf(route: string, messages: unknown, memory?: object): Promise<Outcome> {
  const response = await agent.post(`/api/agents/flame/${route}`, { messages, ...(memory && { memory }) });
  const told = await response.text();
  return { status: response.status, failed: response.ok && /"type":"error"/.test(told), told };
}

const ask = { role: "user", content: "and?" };
const uiCall = (state: string, fields: object = {}) => ({
  type: "tool-calculate",
  toolCallId: "c2",
  state,
  input: { expression: "1+1" },
  ...fields,
});
const invocation = (state: string, fields: object = {}) => ({
  type: "tool-invocation",
  toolInvocation: { toolCallId: "c3", toolName: "calculate", args: { expression: "1+1" }, state, ...fields },
});
const ui = (...parts: object[]) => ({ id: "a1", role: "assistant", parts });
const stored = (...parts: object[]) => ({ role: "assistant", content: { format: 2, parts } });
const said = (...content: object[]) => ({ role: "assistant", content });
const result = { type: "tool-result", toolCallId: "c1", toolName: "calculate" };

describe.each(["generate", "stream"])("messages that no turn could go on with are refused by %s", (route) => {
  it.each([
    {
      why: "a call that waits for an approval, as the last",
      messages: [ui(uiCall("approval-requested", { approval: { id: "x" } }))],
      where: "messages[0]",
      allowed: "/approvals/:id/approve",
    },
    {
      why: "a decision about a call, as the last",
      messages: [ask, ui(uiCall("approval-responded", { approval: { id: "x", approved: true } }))],
      where: "messages[1]",
      allowed: "/approvals/:id/approve",
    },
    {
      why: "a decision of a model's messages, as the last",
      messages: [ask, { role: "tool", content: [{ type: "tool-approval-response", approvalId: "x", approved: true }] }],
      where: "messages[1]",
      allowed: "/approvals/:id/approve",
    },
    {
      why: "a call of the store that waits",
      messages: [stored(invocation("approval-requested", { approval: { id: "x" } }))],
      where: "messages[0]",
      allowed: "/approvals/:id/approve",
    },
    {
      why: "parts of a tool",
      messages: [{ role: "tool", parts: [uiCall("approval-responded", { approval: { id: "x", approved: true } })] }],
      where: "messages[0].parts",
      allowed: "its content",
    },
    { why: "a tool's result in parts", messages: [{ role: "tool", parts: [result] }, ask], where: "messages[0].parts" },
    {
      why: "hidden reasoning of a system",
      messages: [{ role: "system", content: [{ type: "redacted-reasoning" }] }, ask],
      where: "messages[0].content[0].type",
      allowed: "allowed: text",
    },
    {
      why: "an image of a system",
      messages: [{ role: "system", content: [{ type: "image", image: "aGk=", mediaType: "image/png" }] }, ask],
      where: "messages[0].content[0].type",
      allowed: "allowed: text",
    },
    {
      why: "a part that nobody knows",
      messages: [ask, { role: "user", content: [{ type: "image_url", image_url: { url: "data:," } }] }],
      where: "messages[1].content[0].type",
      allowed: "allowed: text, image, file",
    },
    { why: "hidden reasoning without it", messages: [said({ type: "redacted-reasoning" }), ask], where: ".data" },
    {
      why: "a call without a state",
      messages: [ui({ type: "tool-calculate", toolCallId: "c" }), ask],
      where: ".state",
    },
    { why: "a call in an unknown state", messages: [ui(uiCall("done")), ask], where: "parts[0].state" },
    {
      why: "parts of two versions",
      messages: [ui(uiCall("output-available"), invocation("call")), ask],
      where: "type",
    },
    {
      why: "details that aren't reasoning",
      messages: [stored({ type: "reasoning", reasoning: "r", details: [{ type: "zz" }] }), ask],
      where: "details[0].type",
    },
    { why: "a source that isn't", messages: [ui({ type: "source" }), ask], where: "parts[0].source" },
    {
      why: "a tool's answer for the model that none takes",
      messages: [{ role: "tool", content: [{ ...result, providerOptions: { mastra: { modelOutput: { type: 7 } } } }] }],
      where: "modelOutput",
    },
  ])("$why", async ({ messages, where, allowed = "" }) => {
    const { status, told } = await outcomeOf(route, messages);
    expect([status, told]).toEqual([400, expect.stringContaining(where)]);
    expect(told).toContain(allowed);
  });
});

const answered = uiCall("output-available", { output: { answer: "2" } });
const GOOD: readonly { readonly why: string; readonly messages: readonly object[] }[] = [
  {
    why: "a chat's of the AI SDK with all kinds of parts",
    messages: [
      {
        id: "u1",
        role: "user",
        parts: [
          { type: "text", text: "sum" },
          { type: "data-place", data: { at: 1 } },
        ],
      },
      ui(
        { type: "step-start" },
        { type: "reasoning", text: "hm", state: "done", providerMetadata: { anthropic: { signature: "s" } } },
        answered,
        { ...answered, type: "dynamic-tool", toolName: "calculate", toolCallId: "c4" },
        uiCall("output-error", { toolCallId: "c5", errorText: "no", input: undefined, rawInput: "{" }),
        uiCall("output-denied", { toolCallId: "c6", approval: { id: "x", approved: false, reason: "no" } }),
        { type: "source-url", sourceId: "s", url: "data:,x", title: "X" },
        { type: "source-document", sourceId: "d", mediaType: "text/plain", title: "D" },
        { type: "file", url: "data:text/plain;base64,aGk=", mediaType: "text/plain", filename: "a.txt" },
        { type: "data-note", id: "n", data: [1] },
        { type: "text", text: "2", state: "done" },
      ),
    ],
  },
  {
    why: "a chat's in which an earlier call was never decided about",
    messages: [ask, ui({ type: "text", text: "May I?" }, uiCall("approval-requested", { approval: { id: "x" } }))],
  },
  {
    why: "a chat's in which an earlier decision is all of a message",
    messages: [ask, ui(uiCall("approval-responded", { approval: { id: "x", approved: true } }))],
  },
  {
    why: "a chat's with a call that was cut",
    messages: [ask, ui(uiCall("input-streaming"), uiCall("input-available"))],
  },
  {
    why: "version 4's, with a call that is answered behind it",
    messages: [
      { id: "u", role: "user", content: "sum", parts: [{ type: "text", text: "sum" }] },
      {
        ...ui({ type: "step-start" }, { type: "reasoning", reasoning: "hm", details: [] }, invocation("call")),
        content: "",
        toolInvocations: [invocation("call").toolInvocation],
        revisionId: "r",
      },
      { role: "tool", content: [{ ...result, toolCallId: "c3", input: {}, result: 2 }] },
    ],
  },
  {
    why: "the store's",
    messages: [
      stored(
        { type: "step-start", createdAt: 1 },
        { type: "reasoning", reasoning: "", details: [{ type: "redacted", data: "x" }] },
        { type: "reasoning", text: "hello" },
        invocation("result", { result: { answer: "2" } }),
        invocation("result", { toolCallId: "c9" }),
        { type: "source", source: { sourceType: "url", id: "s", url: "data:,x" } },
        { type: "data-tool-call-approval", data: { toolCallId: "c3" } },
        { type: "text", text: "2", createdAt: 1, providerMetadata: { mastra: { createdAt: 1 } } },
      ),
    ],
  },
  {
    why: "a model's, in the AI SDK's versions",
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "sum" }] },
      said(
        { type: "reasoning", text: "hm" },
        { type: "tool-call", toolCallId: "c1", toolName: "calculate", input: {} },
      ),
      { role: "tool", content: [{ ...result, output: { type: "json", value: { answer: "2" } } }] },
      said({ type: "tool-call", toolCallId: "c7", toolName: "calculate", args: {} }),
      { role: "tool", content: [{ ...result, toolCallId: "c7", result: { answer: "2" } }] },
      said({ type: "text", text: "2" }, { type: "tool-approval-request", approvalId: "x", toolCallId: "c1" }),
    ],
  },
  {
    why: "of Mastra's client, whose tool answered nothing",
    messages: [
      ask,
      said({ type: "tool-call", toolCallId: "c1", toolName: "calculate", args: {} }),
      { role: "tool", content: [result] },
    ],
  },
];

describe.each(["generate", "stream"])("messages are taken by %s", (route) => {
  it.each(GOOD)("$why", async ({ messages }) => {
    for (const memory of [undefined, { thread: crypto.randomUUID(), resource: "ada" }]) {
      const { status, failed, told } = await outcomeOf(route, [...messages, ask], memory);
      expect([status, failed, told]).toEqual([200, false, told]);
    }
  });

  it("as the store gives them, with a tool's call and one that waits for an approval", async () => {
    const thread = crypto.randomUUID();
    const memory = { thread, resource: "default" };
    expect(await outcomeOf(route, "What is 6 * 7?", memory)).toMatchObject({ status: 200, failed: false });
    await agent.turn('Send "hello" to ada@x.org', thread);
    const listed = await agent.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=default`);
    const { messages } = z
      .object({ messages: z.array(z.looseObject({ content: z.unknown() })) })
      .parse(await listed.json());
    expect(JSON.stringify(messages)).toMatch(/"result".*send_message/);
    const again = await outcomeOf(route, [...messages, ask], memory);
    expect([again.status, again.failed, again.told]).toEqual([200, false, again.told]);
    const elsewhere = messages.map(({ threadId: _thread, resourceId: _resource, ...message }) => message);
    expect(await outcomeOf(route, [...elsewhere, ask])).toMatchObject({ status: 200, failed: false });
  });

  it("as the last ones, too", async () => {
    const reasoning = [stored({ type: "reasoning", text: "hello" })];
    const answer = GOOD.filter(({ why }) => /store's|client|kinds/.test(why)).map(({ messages }) => messages);
    for (const messages of [reasoning, ...answer]) {
      const { status, failed, told } = await outcomeOf(route, messages);
      expect([status, failed, told]).toEqual([200, false, told]);
    }
  });
});

it("any messages are taken or refused, and never fail", { timeout: BOUND_MILLISECONDS }, async () => {
  const turn = fc.record({
    messages: anyMessages(),
    route: fc.constantFrom("generate", "stream"),
    thread: fc.constantFrom(undefined, "any-1", "any-2"),
  });
  await fc.assert(
    fc.asyncProperty(turn, async ({ messages, route, thread }) => {
      const memory = thread === undefined ? undefined : { thread, resource: "ada" };
      const { status, failed, told } = await outcomeOf(route, messages, memory);
      expect([status, failed, told]).toEqual([expect.toBeOneOf([200, 400]), false, told]);
    }),
    { numRuns: 250, interruptAfterTimeLimit: 10_000 },
  );
  expect(agent.log.filter((line) => /failed|unhandled/.test(line))).toEqual([]);
});
