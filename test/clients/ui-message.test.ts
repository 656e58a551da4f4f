import { lastAssistantMessageIsCompleteWithApprovalResponses, type UIMessage } from "ai";
import { expect, it } from "vitest";
import { UiMessage } from "../../apps/flame-agent/src/http/ui-chunks.ts";
import type { TurnEvent } from "../../apps/flame-agent/src/workflow/events.ts";
import { chatOf, PlainState } from "./plain-chat.ts";

const input = { to: "ada@example.com", text: "hello" };
const START: TurnEvent = { event: "start", data: { turn: crypto.randomUUID(), thread: "t", resource: "r" } };
const calls = (toolCall: string): TurnEvent => ({
  event: "tool",
  data: { name: "send_message", toolCall, state: "called", input },
});
const answered = (toolCall: string): TurnEvent => ({
  event: "tool",
  data: { name: "send_message", toolCall, state: "answered", output: "sent" },
});
const asksAbout = (toolCall: string): readonly TurnEvent[] => [
  {
    event: "approval",
    data: {
      id: crypto.randomUUID(),
      toolCall,
      tool: "send_message",
      input,
      expiresAt: "2026-01-01T00:00:00.000Z",
    },
  },
  { event: "end", data: { finishReason: "suspended", usage: {} } },
];
const QUESTION = [START, { event: "text", data: { delta: "I ask." } }, calls("c"), ...asksAbout("c")] as const;
const BROKEN: TurnEvent = { event: "error", data: { code: "interrupted", message: "It broke off" } };

/** The message that AI SDK's chat makes of a turn's events when it comes back. */
async function read(events: readonly TurnEvent[]): Promise<UIMessage> {
  const message = new UiMessage();
  const all = events.flatMap(({ event, data }) => message.chunksOf(event, JSON.stringify(data)));
  // How an attempt broke off isn't told where another one followed.
  const chunks = all.filter(({ type }) => type !== "error");
  const told = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  const { chat } = chatOf({ url: "http://127.0.0.1" }, "t", new PlainState(), {}, async () => new Response(told));
  await chat.resumeStream();
  expect(chat.error).toBeUndefined();
  if (!chat.lastMessage) throw new Error("There is no message");
  return chat.lastMessage;
}

it.each([
  { what: "waits", behind: [] },
  { what: "was gone on with and broke off before anything came of it", behind: [START] },
  {
    what: "broke off behind a decision about one of several calls, which its next attempt made anew",
    behind: [START, BROKEN, START, answered("c"), calls("d2"), calls("e2"), ...asksAbout("d2")],
    before: [START, calls("c"), calls("d"), calls("e"), ...asksAbout("c")],
  },
])("a decision about a question is sent where its turn $what", async ({ before = QUESTION, behind }) => {
  const message = await read([...before, ...behind]);
  const decided = {
    ...message,
    parts: message.parts.map((part) =>
      part.type === "dynamic-tool" && part.state === "approval-requested"
        ? { ...part, state: "approval-responded" as const, approval: { ...part.approval, approved: true } }
        : part,
    ),
  };
  expect(lastAssistantMessageIsCompleteWithApprovalResponses({ messages: [decided] })).toBe(true);
});
