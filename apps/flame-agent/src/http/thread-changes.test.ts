import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readEvents, readerOf, readUntil, textOf } from "../testing/client.ts";

/** Two seconds for twenty words. */
const PACE = { FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MODEL_TOKENS_PER_SECOND: "10" };
let waits: TestAgent;
let refuses: TestAgent;
beforeAll(async () => {
  waits = await testAgent(PACE);
  refuses = await testAgent({ ...PACE, FLAME_THREAD_WAIT_SECONDS: "0" });
});
afterAll(async () => {
  await waits.stop();
  await refuses.stop();
});

const change = (agent: TestAgent, method: string, thread: string) =>
  fetch(`${agent.url}/api/memory/threads/${thread}?agentId=flame&resourceId=r`, {
    method,
    headers: { "content-type": "application/json" },
    ...(method === "PATCH" && { body: JSON.stringify({ title: "Changed" }) }),
  });
const see = (agent: TestAgent, thread: string) => agent.get(`/api/memory/threads/${thread}?agentId=flame&resourceId=r`);
/** Resolves once the turn has said something; what it says in the end comes with `text`. */
const begin = async (agent: TestAgent, thread: string) => {
  const reader = readerOf(await agent.post("/turns", { message: "count to 20", thread, resource: "r" }));
  const begun = await readUntil(reader, /event: text\n.*\n\n/);
  return { text: readUntil(reader, /event: end\n.*\n\n/).then((rest) => textOf(parseEvents(begun + rest))) };
};

describe.each(["PATCH", "DELETE"])("%s of a thread whose turn runs", (method) => {
  it("waits for the turn, which ends whole", async () => {
    const thread = crypto.randomUUID();
    const turn = await begin(waits, thread);
    const changed = await change(waits, method, thread);
    expect(changed.status).toBe(200);
    expect(await turn.text).toMatch(/ 20$/);
    const seen = await see(waits, thread);
    expect(seen.status).toBe(method === "DELETE" ? 404 : 200);
    if (method === "PATCH") expect(await seen.json()).toMatchObject({ title: "Changed" });
  });

  it("is refused where nobody may wait, and changes nothing", async () => {
    const thread = crypto.randomUUID();
    const turn = await begin(refuses, thread);
    const changed = await change(refuses, method, thread);
    expect([changed.status, changed.headers.get("retry-after")]).toEqual([409, expect.stringMatching(/^\d+$/)]);
    expect(await turn.text).toMatch(/ 20$/);
    expect(await (await see(refuses, thread)).json()).not.toMatchObject({ title: "Changed" });
  });
});

it("a thread that is deleted takes along what its turns told, and the same request makes no second one", async () => {
  const thread = crypto.randomUUID();
  const headers = { "idempotency-key": crypto.randomUUID() };
  const ask = () => waits.post("/turns", { message: "count to 2", thread, resource: "r" }, { headers });
  const [first] = await readEvents(await ask());
  if (!isRecord(first?.data)) throw new Error("It has no start");
  expect((await change(waits, "DELETE", thread)).status).toBe(200);
  expect(await waits.status(`/turns/${first.data.turn}/events`)).toBe(410);
  expect(await waits.status(`/chat/${thread}/stream?resource=r`)).toBe(204);
  const again = await ask();
  expect([again.status, await again.json()]).toMatchObject([410, { turn: first.data.turn }]);
  expect((await see(waits, thread)).status).toBe(404);
});

it("a thread that is deleted while its turn waits takes the approval along: nothing is sent, and it isn't made again", async () => {
  const thread = crypto.randomUUID();
  const asked = await readEvents(
    await waits.post("/turns", { message: 'Send "hi" to ada@example.org', thread, resource: "r" }),
  );
  const approval = asked.find(({ event }) => event === "approval")?.data;
  const start = asked[0]?.data;
  if (!isRecord(approval) || !isRecord(start)) throw new Error("It doesn't wait");
  expect((await change(waits, "DELETE", thread)).status).toBe(200);

  const decided = await waits.post(`/approvals/${approval.id}/approve`, undefined);
  expect(decided.status).toBe(410);
  expect((await see(waits, thread)).status).toBe(404);
  expect(await (await waits.get("/outbox")).json()).toMatchObject({ messages: [] });
  expect(await (await waits.get(`/turns/${start.turn}`)).json()).toMatchObject({
    state: "failed",
    failure: "thread-deleted",
    resumable: false,
    approvals: [],
  });
  const after = `/turns/${start.turn}/events?after=${asked.length}`;
  expect(parseEvents(await (await waits.get(after)).text())).toMatchObject([
    { event: "error", data: { code: "thread-deleted" } },
  ]);
});
