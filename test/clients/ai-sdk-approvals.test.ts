import type { UIMessage } from "ai";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../../apps/flame-agent/src/testing/agent.ts";
import { atEndOfSuite } from "../../apps/flame-agent/src/testing/at-end.ts";
import { callingModel, type ModelCall } from "../../apps/flame-agent/src/testing/calling-model.ts";
import { lastingDatabase, onDatabase } from "../../apps/flame-agent/src/testing/database.ts";
import { until } from "../../apps/flame-agent/src/testing/folder.ts";
import { chatOf, PlainState, textOf, toolsOf } from "./plain-chat.ts";

/** What the model calls, and what its user decides where that is asked. */
const KINDS = ["approved", "denied", "calculated", "failing", "refused"] as const;
type Kind = (typeof KINDS)[number];

const ENDS: Readonly<Record<Kind, string>> = {
  approved: "output-available",
  denied: "output-denied",
  calculated: "output-available",
  failing: "output-error",
  // An input that the tool doesn't take: the model is told what is wrong with it, and nobody is asked.
  refused: "output-error",
};
const isAsked = (kind: Kind) => kind === "approved" || kind === "denied";
const inputOf = (kind: Kind, to: string) => {
  if (kind === "calculated") return { expression: "6 * 7" };
  if (kind === "failing") return { expression: "6 *" };
  return kind === "refused" ? { to: "" } : { to, text: "hello" };
};

/** The calls of one answer, as the user's words ask for them. */
const askFor = (chat: string, kinds: readonly Kind[]) => JSON.stringify({ chat, kinds });
const Asked = z.object({ chat: z.string(), kinds: z.array(z.enum(KINDS)) });
function callsOf(said: string): readonly ModelCall[] {
  const { chat, kinds } = Asked.parse(JSON.parse(said));
  return kinds.map((kind, index) => ({
    id: `${chat}-${index}`,
    name: kind === "calculated" || kind === "failing" ? "calculate" : "send_message",
    input: inputOf(kind, recipientOf(chat, index)),
  }));
}
const recipientOf = (chat: string, index: number) => `${index}@${chat}.example`;

const Outbox = z.object({ messages: z.array(z.object({ recipient: z.string() })) });
const Turns = z.object({
  turns: z.array(z.object({ id: z.string(), state: z.string(), approvals: z.array(z.string()) })),
});
const Stored = z.object({
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.object({
        parts: z.array(
          z.object({
            toolInvocation: z
              .object({ toolCallId: z.string(), state: z.string(), result: z.unknown().optional() })
              .optional(),
          }),
        ),
      }),
    }),
  ),
});

const sentIn = async (agent: TestAgent, chat: string) => {
  const { messages } = Outbox.parse(await (await agent.get("/outbox")).json());
  return messages.map(({ recipient }) => recipient).filter((recipient) => recipient.endsWith(`@${chat}.example`));
};
const turnsIn = async (agent: TestAgent, chat: string) =>
  Turns.parse(await (await agent.get(`/turns?thread=${chat}`)).json()).turns;
/** The tool calls that the thread has, as a page that is loaded anew gets them. */
async function storedCalls(agent: TestAgent, chat: string) {
  const listed = await agent.get(`/api/memory/threads/${chat}/messages?agentId=flame`);
  return Stored.parse(await listed.json()).messages.flatMap(({ content }) =>
    content.parts.flatMap(({ toolInvocation }) => (toolInvocation ? [toolInvocation] : [])),
  );
}
const statesOf = (message: UIMessage | undefined) =>
  Object.fromEntries(toolsOf(message).map(({ toolCallId, state }) => [toolCallId, state]));
const questionsOf = (message: UIMessage | undefined) =>
  toolsOf(message).filter(({ state }) => state === "approval-requested");

let agent: TestAgent;
let model: Awaited<ReturnType<typeof callingModel>>;
const atEnd = atEndOfSuite();
beforeAll(async () => {
  model = await callingModel(callsOf, atEnd);
  agent = await testAgent({ ...model.variables, FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

/** A client that has what its user said alone, as a page that is loaded anew, and asks for the rest. */
async function loadedAnew(chat: string, said: readonly UIMessage[], at = agent) {
  const state = new PlainState();
  state.messages = structuredClone(said.slice(0, 1));
  const loaded = chatOf(at, chat, state).chat;
  await loaded.resumeStream();
  return loaded;
}

describe("AI SDK's chat whose model makes several calls at once", () => {
  const kinds = fc
    .array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 4 })
    .filter((some) => some.some(isAsked));
  const EXAMPLES: [Kind[], boolean][] = [
    [["approved", "approved"], false],
    [["approved", "denied"], false],
    [["denied", "approved"], false],
    [["denied", "denied"], true],
    [["calculated", "approved"], false],
    [["approved", "calculated"], false],
    [["approved", "calculated", "denied"], true],
    [["approved", "approved", "approved"], true],
    [["failing", "approved", "refused"], false],
  ];

  it("is asked one question after the other, has each answer, and does what was approved once, loaded anew or not", async () => {
    await fc.assert(
      fc.asyncProperty(kinds, fc.boolean(), async (some, isReloaded) => {
        const id = crypto.randomUUID();
        let posts = 0;
        const asked: typeof fetch = (address, options) => {
          posts += 1;
          return fetch(address, options);
        };
        let { chat } = chatOf(agent, id, new PlainState(), {}, asked);
        await chat.sendMessage({ text: askFor(id, some) });
        const questions = some.flatMap((kind, index) => (isAsked(kind) ? [{ kind, to: recipientOf(id, index) }] : []));
        for (const [index, { kind, to }] of questions.entries()) {
          await until("the next is asked", () => chat.status === "ready" && questionsOf(chat.lastMessage).length > 0);
          if (isReloaded) {
            const before = statesOf(chat.lastMessage);
            chat = await loadedAnew(id, chat.messages);
            expect(statesOf(chat.lastMessage)).toEqual(before);
          }
          const [question, ...others] = questionsOf(chat.lastMessage);
          expect([question?.input, others]).toEqual([{ to, text: "hello" }, []]);
          expect(toolsOf(chat.lastMessage).map(({ state }) => state)).not.toContain("input-available");
          expect(await sentIn(agent, id)).toHaveLength(
            questions.slice(0, index).filter((earlier) => earlier.kind === "approved").length,
          );
          await chat.addToolApprovalResponse({ id: question?.approval?.id ?? "", approved: kind === "approved" });
        }
        await until("the turn ends", () => chat.status === "ready" && textOf(chat.lastMessage) === "done");
        expect(chat.error).toBeUndefined();
        const end = (input: unknown, state: string) => `${state} of ${JSON.stringify(input)}`;
        const ends = some.map((kind, index) => end(inputOf(kind, recipientOf(id, index)), ENDS[kind])).toSorted();
        for (const there of [chat, await loadedAnew(id, chat.messages)]) {
          expect(there.messages.map(({ role }) => role)).toEqual(["user", "assistant"]);
          expect(textOf(there.lastMessage)).toBe("done");
          expect(
            toolsOf(there.lastMessage)
              .map(({ input, state }) => end(input, state))
              .toSorted(),
          ).toEqual(ends);
        }
        if (!isReloaded) expect(posts).toBe(1 + questions.length);
        expect(await turnsIn(agent, id)).toMatchObject([{ state: "completed", approvals: [] }]);
        const approved = some.flatMap((kind, index) => (kind === "approved" ? [recipientOf(id, index)] : []));
        expect(await sentIn(agent, id)).toEqual(approved);
        const stored = await storedCalls(agent, id);
        expect(new Set(stored.map(({ toolCallId }) => toolCallId)).size).toBe(some.length);
        expect(stored.filter(({ state }) => state === "call" || state === "partial-call")).toEqual([]);
        expect(stored.filter(({ toolCallId }) => !model.told.has(toolCallId))).toEqual([]);
        expect(model.refused).toEqual([]);
      }),
      { numRuns: 20, examples: EXAMPLES },
    );
  }, 240_000);

  it.each(["in their order", "the last one first"])(
    "sends the decisions of two questions in one message, %s: what is still to be decided is",
    async (order) => {
      const id = crypto.randomUUID();
      const { chat } = chatOf(agent, id);
      await chat.sendMessage({ text: askFor(id, ["approved", "approved"]) });
      const [first] = questionsOf(chat.lastMessage);
      await chat.addToolApprovalResponse({ id: first?.approval?.id ?? "", approved: true });
      await until(
        "the other is asked",
        async () => ((await turnsIn(agent, id))[0]?.approvals[0] ?? first?.approval?.id) !== first?.approval?.id,
      );
      const [turn] = await turnsIn(agent, id);
      const decided = [first?.approval?.id, turn?.approvals[0]].map((approval) => ({
        type: "dynamic-tool",
        state: "approval-responded",
        approval: { id: approval, approved: true },
      }));
      const parts = order === "in their order" ? decided : decided.toReversed();
      const response = await agent.post("/chat", { id, messages: [{ role: "assistant", parts }] });
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('"delta":"done"')]);
      expect(await sentIn(agent, id)).toEqual([recipientOf(id, 0), recipientOf(id, 1)]);
      const again = await agent.post("/chat", { id, messages: [{ role: "assistant", parts }] });
      expect(again.status).toBe(409);
    },
  );

  it.each<[string, Kind[]]>([
    ["a call that is still to be asked about", ["approved", "approved"]],
    ["one that needs no approval", ["calculated", "approved", "calculated"]],
  ])(
    "goes on after its process ended behind the first decision, beside %s",
    async (_what, some) => {
      const open = await lastingDatabase();
      const first = await testAgent(model.variables, open);
      const id = crypto.randomUUID();
      const { chat } = chatOf(first, id);
      await chat.sendMessage({ text: askFor(id, some) });
      const approval = questionsOf(chat.lastMessage)[0]?.approval?.id ?? "";
      await first.stop();
      await onDatabase(open, async ({ pool }) => {
        await pool.query("update flame.approvals set state = 'approved', decided_at = now() where id = $1", [approval]);
        await pool.query("update flame.turns set state = 'running' where thread = $1", [id]);
      });
      const next = await testAgent(model.variables, open);
      onTestFinished(async () => void (await next.stop()));
      const state = new PlainState();
      state.messages = structuredClone(chat.messages);
      const { chat: again } = chatOf(next, id, state);
      await again.addToolApprovalResponse({ id: approval, approved: true });
      await until("the turn ends", () => again.status === "ready" && textOf(again.lastMessage).includes("done"));
      expect(again.error).toBeUndefined();
      expect(await sentIn(next, id)).toEqual([recipientOf(id, some.indexOf("approved"))]);
      expect(model.refused).toEqual([]);
      expect((await storedCalls(next, id)).filter(({ state: one }) => one !== "result")).toEqual([]);
      expect((await turnsIn(next, id))[0]).toMatchObject({ state: "completed" });
      // The calls that nothing came of aren't told: the model made none of them again.
      const told = some.slice(0, some.indexOf("approved") + 1);
      expect(again.messages).toHaveLength(2);
      expect(toolsOf(again.lastMessage).map(({ state }) => state)).toEqual(told.map(() => "output-available"));
    },
    120_000,
  );
});
