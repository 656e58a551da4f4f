import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { readerOf, readRest, readUntil } from "../testing/client.ts";
import { until } from "../testing/folder.ts";

/** What answers to some messages may take on a machine that does other work beside, in milliseconds. */
const BOUND_MILLISECONDS = 40_000;
/** Turns whose end messages come at. */
const ROUNDS = 12;

let agent: TestAgent;
beforeAll(async () => {
  // One second for a turn of twenty words.
  agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MODEL_TOKENS_PER_SECOND: "20" });
});
afterAll(() => agent.stop());

const WAYS = {
  "/turns": (thread: string) => ({ message: "count to 20", thread }),
  "/chat": (id: string) => ({ id, messages: [{ role: "user", parts: [{ type: "text", text: "count to 20" }] }] }),
  "/api/agents/flame/stream": (thread: string) => ({
    messages: "count to 20",
    memory: { thread, resource: "default" },
  }),
};
const Said = z.object({
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.object({ parts: z.array(z.looseObject({ text: z.string().optional() })) }),
    }),
  ),
});

async function saidIn(thread: string, at = agent): Promise<readonly string[]> {
  const listed = await at.get(`/api/memory/threads/${thread}/messages?agentId=flame&resourceId=default&perPage=100`);
  const { messages } = Said.parse(await listed.json());
  return messages.map(({ role, content }) => `${role}: ${content.parts.map(({ text = "" }) => text).join("")}`);
}
const send = (how: string, thread: string, message: string, at = agent) =>
  at.post(`/api/agents/flame/${how}`, { message, threadId: thread, resourceId: "default" });

describe.each(Object.entries(WAYS))("while a turn of %s runs", (path, body) => {
  it.each([
    { why: "one that is queued", hows: ["queue-message"] },
    { why: "one that is sent", hows: ["send-message"] },
    { why: "those that are queued and sent", hows: ["queue-message", "send-message", "queue-message"] },
  ])("$why is kept and answered, and the turn's answer is left", { timeout: 90_000 }, async ({ hows }) => {
    const thread = crypto.randomUUID();
    const reader = readerOf(await agent.post(path, body(thread)));
    await readUntil(reader, /delta/);
    const sent = hows.map((how, index) => send(how, thread, `Remember the word heron${index}.`));
    await readRest(reader);
    expect((await Promise.all(sent)).map(({ status }) => status)).toEqual(hows.map(() => 200));
    await until(
      "all are kept and answered",
      async () => {
        const said = await saidIn(thread);
        return hows.every((_, index) => said.some((one) => one.includes(`heron${index}.`))) && (await isIdle());
      },
      BOUND_MILLISECONDS,
    );
    const said = await saidIn(thread);
    expect(said.filter((one) => one.startsWith("signal: "))).toHaveLength(hows.length);
    expect(said.some((one) => /^assistant: .*\b1 2 3 .* 20/.test(one))).toBe(true);
    expect(said.at(-1)).toMatch(/^assistant: /);
  });
});

it("what comes as a turn ends is kept too", { timeout: 120_000 }, async () => {
  const fast = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_MODEL_TOKENS_PER_SECOND: "1000" });
  const thread = crypto.randomUUID();
  const taken: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const reader = readerOf(await fast.post("/turns", { message: "count to 20", thread }));
    await readUntil(reader, /"delta":" ?19"/);
    const words = ["send-message", "queue-message"].map((how, index) => ({ how, word: `word${round}x${index}` }));
    const sent = words.map(({ how, word }) => send(how, thread, `Remember the word ${word}.`, fast));
    await readRest(reader);
    for (const [index, answer] of (await Promise.all(sent)).entries())
      if (answer.ok) taken.push(words[index]?.word ?? "");
    await until("it is idle", () => isIdle(fast), BOUND_MILLISECONDS);
  }
  const kept = (await saidIn(thread, fast)).join("\n");
  await fast.stop();
  expect(taken.length).toBeGreaterThan(ROUNDS);
  expect(taken.filter((word) => !kept.includes(`signal: Remember the word ${word}.`))).toEqual([]);
});

/** Whether no turn runs in the agent, nor anything after one. */
async function isIdle(at = agent): Promise<boolean> {
  const health = z.object({ activeTurns: z.number() }).parse(await (await at.get("/health")).json());
  return health.activeTurns === 0;
}
