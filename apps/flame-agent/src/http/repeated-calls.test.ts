import { afterAll, beforeAll, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { answeringServer } from "../testing/answering-server.ts";
import { atEndOfSuite } from "../testing/at-end.ts";
import { isRecord, parseEvents } from "../testing/client.ts";

interface Asked {
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stream?: boolean;
}

/**
 * A server that numbers the calls of each answer from 0, as some do. `<number> sums`: it calls the calculator so often,
 * one after the other; `<number> messages`: it sends so many.
 */
const atEnd = atEndOfSuite();
let agent: TestAgent;
beforeAll(async () => {
  const url = await answeringServer((asked, response) => {
    const { messages, stream }: Asked = JSON.parse(asked);
    const place = messages.findLastIndex(({ role }) => role === "user");
    const said = /(\d+) (sums|messages) from (\d+)/.exec(JSON.stringify(messages[place]?.content)) ?? [];
    const made = messages.slice(place).filter(({ role }) => role === "tool").length;
    const value = Number(said[3]) + made;
    const called =
      said[2] === "sums"
        ? { name: "calculate", arguments: JSON.stringify({ expression: `${value} + ${value}` }) }
        : { name: "send_message", arguments: JSON.stringify({ to: `n${value}@x.org`, text: "hello" }) };
    const isDone = made >= Number(said[1]);
    const delta = isDone
      ? {
          content: JSON.stringify(
            messages.slice(place + 1).flatMap((one) => (one.role === "tool" ? [one.content] : [])),
          ),
        }
      : { tool_calls: [{ index: 0, id: "call_0", type: "function", function: called }] };
    const finish_reason = isDone ? "stop" : "tool_calls";
    if (!stream) {
      const message = { role: "assistant", content: null, ...delta };
      const answer = { id: "1", created: 1, model: "counting", choices: [{ index: 0, message, finish_reason }] };
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = (choice: object) =>
      `data: ${JSON.stringify({ id: "1", created: 1, model: "counting", choices: [{ index: 0, ...choice }] })}\n\n`;
    response.end(`${chunk({ delta })}${chunk({ delta: {}, finish_reason })}data: [DONE]\n\n`);
  }, atEnd);
  agent = await testAgent({
    FLAME_MODEL: "openai-compatible",
    FLAME_MODEL_BASE_URL: `${url}/v1`,
    FLAME_MODEL_NAME: "counting",
    FLAME_MODEL_RETRIES: "0",
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
  });
});
afterAll(() => agent.stop());

const eventsOf = async (path: string, body: object | undefined) =>
  parseEvents(await (await agent.post(path, body)).text()).flatMap(({ event, data }) =>
    isRecord(data) ? [{ event, data }] : [],
  );
type Events = Awaited<ReturnType<typeof eventsOf>>;
const answers = (events: Events) =>
  events.flatMap(({ event, data }) => (event === "tool" && data.state === "answered" ? [data.output] : []));
const ids = (events: Events) =>
  events.flatMap(({ event, data }) => (event === "tool" && data.state === "called" ? [data.toolCall] : []));

it("each call of a model whose calls all bear one id has its own result, in a turn and in the next one", async () => {
  const thread = crypto.randomUUID();
  const first = await eventsOf("/turns", { message: "3 sums from 1", thread });
  const second = await eventsOf("/turns", { message: "2 sums from 20", thread });
  expect(answers(first)).toMatchObject([{ answer: "1 + 1 = 2" }, { answer: "2 + 2 = 4" }, { answer: "3 + 3 = 6" }]);
  expect(answers(second)).toMatchObject([{ answer: "20 + 20 = 40" }, { answer: "21 + 21 = 42" }]);
  const called = [...ids(first), ...ids(second)];
  expect([called.length, new Set(called).size]).toEqual([5, 5]);
});

it("and so while another turn of its thread waits for a decision about the same call", async () => {
  const thread = crypto.randomUUID();
  const turns: Events[] = [];
  for (const _ of [1, 2]) turns.push(await eventsOf("/turns", { message: "1 messages from 4", thread }));
  expect(new Set(turns.flatMap(ids)).size).toBe(2);
});

it("and so where it isn't streamed", async () => {
  const memory = { thread: crypto.randomUUID(), resource: "r" };
  for (const from of [1, 20]) {
    const messages = [{ role: "user", content: `2 sums from ${from}` }];
    const text = await (await agent.post("/api/agents/flame/generate", { messages, memory })).text();
    expect(text).toContain(`${from} + ${from} = ${2 * from}`);
    expect(text).toContain(`${from + 1} + ${from + 1} = ${2 * from + 2}`);
  }
});

it("each is asked about, and done as it was decided", async () => {
  const approvals = async (events: Events) => {
    const asked = events.find(({ event }) => event === "approval");
    return asked ? eventsOf(`/approvals/${asked.data.id}/approve`, undefined) : [];
  };
  const first = await eventsOf("/turns", { message: "2 messages from 7", thread: crypto.randomUUID() });
  const second = await approvals(first);
  const third = await approvals(second);
  expect([first, second, third].map((events) => events.at(-1)?.event)).toEqual(["end", "end", "end"]);
  expect(JSON.stringify(answers(second))).toContain("n7@x.org");
  expect(JSON.stringify(answers(third))).toContain("n8@x.org");
});
