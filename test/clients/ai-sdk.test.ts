import { DefaultChatTransport, type UIMessage } from "ai";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../../apps/flame-agent/src/testing/agent.ts";
import { lastingDatabase } from "../../apps/flame-agent/src/testing/database.ts";
import { until } from "../../apps/flame-agent/src/testing/folder.ts";
import { chatOf as chatOfAgent, PlainChat, PlainState, textOf, toolsOf } from "./plain-chat.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "500", FLAME_TURN_RECONNECT_SECONDS: "1" });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const chatOf = (id: string, state = new PlainState(), body: object = {}) => chatOfAgent(agent, id, state, body);

const messagesAt = async (path: string) => Messages.parse(await (await agent.get(path)).json()).messages;
const Messages = z.object({ messages: z.array(z.unknown()) });
const Turns = z.object({ turns: z.array(z.object({ id: z.string(), state: z.string() })) });
const turnsActive = async () => Number(/flame_turns_active (\d+)/.exec(await agent.metrics())?.[1]);

describe("AI SDK's chat with its own transport", () => {
  it("talks, and the thread remembers", async () => {
    const { chat } = chatOf("talk");
    await chat.sendMessage({ text: "My name is Ada." });
    await chat.sendMessage({ text: "What is my name?" });
    expect(chat.error).toBeUndefined();
    expect(chat.messages.map(({ role }) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(textOf(chat.lastMessage)).toBe("Your name is Ada.");
    expect(await messagesAt("/api/memory/threads/talk/messages?agentId=flame")).toHaveLength(4);
  });

  it("shows tools with what goes in and out, and the answer in a step behind them", async () => {
    const { chat } = chatOf("tools");
    await chat.sendMessage({ text: "What is 6 * 7?" });
    expect(toolsOf(chat.lastMessage)).toMatchObject([
      {
        toolName: "calculate",
        state: "output-available",
        input: { expression: "6 * 7" },
        output: { answer: "6 * 7 = 42" },
      },
    ]);
    expect(textOf(chat.lastMessage)).toBe("6 * 7 = 42");
    expect(chat.lastMessage?.parts.filter(({ type }) => type === "step-start")).toHaveLength(2);
  });

  it.each([
    {
      approved: true,
      part: { state: "output-available", output: { answer: "The message to ada@x.org is sent." } },
      sent: 1,
    },
    { approved: false, part: { state: "output-denied" }, sent: 0 },
  ])("asks for an approval, and goes on with the decision $approved", async ({ approved, part, sent }) => {
    const { chat } = chatOf(`approval-${approved}`);
    const outbox = async () => (await messagesAt("/outbox")).length;
    const before = await outbox();
    await chat.sendMessage({ text: 'Send "hello" to ada@x.org' });
    const [asked] = toolsOf(chat.lastMessage);
    expect(asked).toMatchObject({ toolName: "send_message", state: "approval-requested" });
    await chat.addToolApprovalResponse({ id: asked?.approval?.id ?? "", approved, reason: "because" });
    await until("the turn goes on to its end", () => chat.status === "ready" && textOf(chat.lastMessage) !== "");
    expect(chat.error).toBeUndefined();
    expect(chat.messages).toHaveLength(2);
    expect(toolsOf(chat.lastMessage)).toMatchObject([part]);
    expect((await outbox()) - before).toBe(sent);
  });

  it("talks on where it sends its last message alone", async () => {
    const state = new PlainState();
    const transport = new DefaultChatTransport<UIMessage>({
      api: `${agent.url}/chat`,
      prepareSendMessagesRequest: ({ id, messages, body }) => ({ body: { ...body, id, messages: messages.slice(-1) } }),
    });
    const chat = new PlainChat({ id: "last-alone", state, transport });
    await chat.sendMessage({ text: "My name is Ada." });
    await chat.sendMessage({ text: "What is my name?" });
    expect(textOf(chat.lastMessage)).toBe("Your name is Ada.");
  });

  it("is answered at once after it was stopped", async () => {
    const { chat } = chatOf("stopped-and-on");
    const said = chat.sendMessage({ text: "count to 9000" });
    await until("it has begun", () => textOf(chat.lastMessage).includes(" 9"));
    await chat.stop();
    await said;
    await chat.sendMessage({ text: "What is 6 * 7?" });
    expect(textOf(chat.lastMessage)).toBe("6 * 7 = 42");
  });

  it("stops in the middle, and so does the turn", async () => {
    const { chat } = chatOf("stopped");
    const said = chat.sendMessage({ text: "count to 9000" });
    await until("it has begun", () => textOf(chat.lastMessage).includes(" 9"));
    await chat.stop();
    await said;
    expect(chat.status).toBe("ready");
    await until("the turn is over", async () => (await turnsActive()) === 0, 20_000);
    expect(agent.log.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
  });

  it("comes back in the middle for the whole message and the rest of it", async () => {
    const { chat, state } = chatOf("broken");
    const said = chat.sendMessage({ text: "count to 300" });
    await until("it has begun", () => textOf(chat.lastMessage).includes(" 9"));
    await chat.stop();
    await said;
    const whole = Array.from({ length: 300 }, (_, index) => index + 1).join(" ");
    const kept = new PlainState();
    kept.messages = structuredClone(state.messages);
    const fresh = new PlainState();
    fresh.messages = structuredClone(state.messages.slice(0, 1));
    for (const there of [kept, fresh]) {
      const { chat: again } = chatOf("broken", there);
      await again.resumeStream();
      expect(again.error).toBeUndefined();
      expect(again.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
      expect(textOf(again.lastMessage)).toBe(whole);
    }
    const { transport } = chatOf("never");
    expect(await transport.reconnectToStream({ chatId: "never" })).toBeNull();
  });

  it("is told the whole of a turn that broke off and was resumed, as a page is that is loaded anew", async () => {
    const open = await lastingDatabase();
    const first = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "50" }, open);
    const { chat, state } = chatOfAgent(first, "resumed");
    const said = chat.sendMessage({ text: "count to 60" });
    await until("it has begun", () => textOf(chat.lastMessage).includes(" 9"));
    first.hurry.abort();
    await first.stop();
    await said;

    const second = await testAgent({}, open);
    onTestFinished(async () => void (await second.stop()));
    const { turns } = Turns.parse(await (await second.get("/turns?thread=resumed")).json());
    expect(turns).toMatchObject([{ state: "interrupted" }]);
    await (await second.post(`/turns/${turns[0]?.id}/resume`, undefined)).text();
    const loaded = new PlainState();
    loaded.messages = structuredClone(state.messages.slice(0, 1));
    const { chat: again } = chatOfAgent(second, "resumed", loaded);
    await again.resumeStream();
    expect(again.error).toBeUndefined();
    expect(textOf(again.lastMessage)).toBe(Array.from({ length: 60 }, (_, index) => index + 1).join(" "));
  });

  it("cites documents as sources", async () => {
    await agent.post("/documents", { id: "guide", title: "Guide", content: "The harbour of Ostia opens at six." });
    const { chat } = chatOf("cited");
    await chat.sendMessage({ text: "When does the harbour of Ostia open?" });
    expect(chat.lastMessage?.parts).toContainEqual(
      expect.objectContaining({ type: "source-document", title: "Guide" }),
    );
  });

  it("keeps to its owner", async () => {
    const { chat } = chatOf("hers", new PlainState(), { resource: "ada" });
    await chat.sendMessage({ text: "My name is Ada." });
    const { chat: other } = chatOf("hers", new PlainState(), { resource: "bob" });
    await other.sendMessage({ text: "What is my name?" });
    expect(other.error).toMatchObject({ statusCode: 409 });
    const stream = await agent.get("/chat/hers/stream?resource=bob");
    expect(stream.status).toBe(204);
  });

  it.each([
    { why: "an address", parts: [{ type: "file", mediaType: "image/png", url: "http://127.0.0.1:9/x" }] },
    { why: "blank text", parts: [{ type: "text", text: " " }] },
    { why: "nothing", parts: [] },
  ])("is refused with 400 for $why", async ({ parts }) => {
    const response = await agent.post("/chat", { id: "wrong", messages: [{ id: "1", role: "user", parts }] });
    expect([response.status, await response.json()]).toMatchObject([400, { error: expect.any(String) }]);
  });

  it("says that the turn failed, in words without its cause", async () => {
    const broken = await testAgent({ FLAME_TURN_MAX_SECONDS: "1", FLAME_MODEL_TOKENS_PER_SECOND: "5" });
    onTestFinished(async () => void (await broken.stop()));
    const transport = new DefaultChatTransport<UIMessage>({ api: `${broken.url}/chat` });
    const chat = new PlainChat({ id: "late", state: new PlainState(), transport });
    await chat.sendMessage({ text: "count to 900" });
    expect(chat.error?.message).toMatch(/took longer than 1 s/);
  });
});
