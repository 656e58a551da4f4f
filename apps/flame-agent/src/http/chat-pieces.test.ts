import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0" });
});
afterAll(() => agent.stop());

const piecesOf = (stream: string) => stream.split("\n\n").filter((piece) => piece !== "");
const idOf = (piece: string) => /^id: (.*)$/m.exec(piece)?.[1];

it("a chat that broke off behind any piece of its message goes on with the next one, whatever event both are of", async () => {
  const chat = crypto.randomUUID();
  const parts = [{ type: "text", text: "What is 12 * 4?" }];
  const asked = { id: chat, resource: "r", messages: [{ id: "1", role: "user", parts }] };
  const pieces = piecesOf(await (await agent.post("/chat", asked)).text());
  const ids = pieces.map(idOf).slice(0, -1);
  expect(pieces.at(-1)).toBe("data: [DONE]");
  expect(pieces.some((piece) => piece.includes('"text-start"'))).toBe(true);
  expect(new Set(ids).size).toBe(ids.length);

  for (const [index, id = "none"] of ids.entries()) {
    const rest = await agent.get(`/chat/${chat}/stream?resource=r`, { headers: { "last-event-id": id } });
    const isLast = index === ids.length - 1;
    expect([id, rest.status, piecesOf(await rest.text())]).toEqual([
      id,
      isLast ? 204 : 200,
      isLast ? [] : pieces.slice(index + 1),
    ]);
  }
});
