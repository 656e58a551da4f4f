import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { atEndOfSuite } from "../testing/at-end.ts";
import { callingModel } from "../testing/calling-model.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

const piecesOf = (stream: string) => stream.split("\n\n").filter((piece) => piece !== "");
const idOf = (piece: string) => /^id: (.*)$/m.exec(piece)?.[1];

const take = async (chat: string, text: string) => {
  const messages = [{ id: crypto.randomUUID(), role: "user", parts: [{ type: "text", text }] }];
  return piecesOf(await (await agent.post("/chat", { id: chat, resource: "r", messages })).text());
};
const goOn = async (chat: string, id: string) => {
  const rest = await agent.get(`/chat/${chat}/stream?resource=r`, { headers: { "last-event-id": id } });
  return { status: rest.status, pieces: piecesOf(await rest.text()) };
};

it("a chat that broke off behind any piece of its message goes on with the next one, whatever event both are of", async () => {
  const chat = crypto.randomUUID();
  const pieces = await take(chat, "What is 12 * 4?");
  const ids = pieces.map(idOf).slice(0, -1);
  expect(pieces.at(-1)).toBe("data: [DONE]");
  expect(pieces.some((piece) => piece.includes('"text-start"'))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);

  for (const [index, id = "none"] of ids.entries()) {
    const isLast = index === ids.length - 1;
    expect([id, await goOn(chat, id)]).toEqual([
      id,
      { status: isLast ? 204 : 200, pieces: isLast ? [] : pieces.slice(index + 1) },
    ]);
  }
});

describe("a chat that was asked two questions, of which the first stood before a call that needed none", () => {
  let calling: TestAgent;
  const atEnd = atEndOfSuite();
  beforeAll(async () => {
    const send = (id: string) => ({ id, name: "send_message", input: { to: `${id}@x.org`, text: "hello" } });
    const calls = [send("one"), { id: "sum", name: "calculate", input: { expression: "1 + 1" } }, send("two")];
    const { variables } = await callingModel(() => calls, atEnd);
    calling = await testAgent({ ...variables, FLAME_RATE_LIMIT_PER_MINUTE: "0" });
  });
  afterAll(() => calling.stop());

  it("is told the pieces of all its streams again, under their ids, behind any of them", async () => {
    const chat = crypto.randomUUID();
    const piecesFor = async (message: object) => {
      const body = { id: chat, resource: "r", messages: [message] };
      return piecesOf(await (await calling.post("/chat", body)).text()).slice(0, -1);
    };
    const pieces = await piecesFor({ role: "user", parts: [{ type: "text", text: "send" }] });
    for (const approved of [true, false]) {
      const [, approvalId] = /"approvalId":"(.*?)"/.exec(pieces.at(-3) ?? "") ?? [];
      const part = { type: "dynamic-tool", state: "approval-responded", approval: { id: approvalId, approved } };
      pieces.push(...(await piecesFor({ role: "assistant", parts: [part] })));
    }
    const told = pieces.flatMap((piece) => {
      const [, kind, call] = /"type":"(tool-[a-z-]*)".*?"toolCallId":"(.*?)"/.exec(piece) ?? [];
      return kind === undefined ? [] : [{ kind, call }];
    });
    // Their ids are the agent's own: they are told apart by their order.
    const calls = [...new Set(told.map(({ call }) => call))];
    expect(told.map(({ kind, call }) => `${kind} ${["one", "sum", "two"][calls.indexOf(call)]}`)).toEqual([
      "tool-input-available one",
      "tool-approval-request one",
      "tool-output-available one",
      "tool-input-available sum",
      "tool-output-available sum",
      "tool-input-available two",
      "tool-approval-request two",
      "tool-output-denied two",
    ]);
    const toldAgain = async (headers: Record<string, string>) =>
      piecesOf(await (await calling.get(`/chat/${chat}/stream?resource=r`, { headers })).text());
    expect(await toldAgain({})).toEqual([...pieces, "data: [DONE]"]);
    for (const [index, piece] of pieces.slice(0, -1).entries())
      expect(await toldAgain({ "last-event-id": idOf(piece) ?? "none" })).toEqual([
        ...pieces.slice(index + 1),
        "data: [DONE]",
      ]);
  });
});

it("a chat that goes on behind a piece is told the rest of that message, whatever was said since", async () => {
  const chat = crypto.randomUUID();
  const [first, last] = [await take(chat, "count to 10"), await take(chat, "count to 3")];
  for (const pieces of [first, last]) {
    const id = idOf(pieces[5] ?? "") ?? "none";
    expect(await goOn(chat, id)).toEqual({ status: 200, pieces: pieces.slice(6) });
  }
  expect(await goOn(chat, idOf(first.at(-2) ?? "") ?? "none")).toEqual({ status: 204, pieces: [] });
  const other = await take(crypto.randomUUID(), "count to 3");
  expect(await goOn(chat, idOf(other[2] ?? "") ?? "none")).toEqual({ status: 204, pieces: [] });
});

it.each(["12", "12.1", "0fea0f552b83fbfe8282c05cac8e83e5787a:1", `${crypto.randomUUID()}:`, "a:1.1"])(
  "an id that this server doesn't give is refused: %s",
  async (id) => {
    expect((await goOn("c", id)).status).toBe(400);
  },
);
