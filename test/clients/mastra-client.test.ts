import { MastraClient } from "@mastra/client-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../../apps/flame-agent/src/testing/agent.ts";
import { until } from "../../apps/flame-agent/src/testing/folder.ts";

let agent: TestAgent;
let client: MastraClient;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "500" });
  client = new MastraClient({ baseUrl: agent.url, retries: 0 });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const flame = () => client.getAgent("flame");
/** What is looked at of a page of messages: its own types differ from version to version. */
const Page = z.object({ messages: z.array(z.object({ id: z.string(), role: z.string(), content: z.unknown() })) });
const Bird = z.object({ name: z.string(), wings: z.int().min(2), songs: z.array(z.string()).min(1) });

const turnsActive = async () => Number(/flame_turns_active (\d+)/.exec(await agent.metrics())?.[1]);

describe("Mastra's own client", () => {
  it("lists the agents and shows one, with a context of its own", async () => {
    const context = { tier: "gold", näme: "Ada", nested: { plan: ["a"] } };
    expect(Object.keys(await client.listAgents())).toEqual(["flame"]);
    expect(Object.keys(await client.listAgents(context, true))).toEqual(["flame"]);
    expect(await flame().details()).toMatchObject({ name: "Flame" });
    expect(await flame().details(context)).toMatchObject({ name: "Flame" });
  });

  it("makes, finds, changes and deletes threads", async () => {
    const made = { agentId: "flame", resourceId: "ada", metadata: { colour: "teal", pinned: true } };
    await client.createMemoryThread({ ...made, threadId: "one", title: "One" });
    await client.createMemoryThread({
      ...made,
      threadId: "two",
      metadata: { colour: "red" },
      requestContext: { a: 1 },
    });
    const found = async (metadata: Record<string, unknown>) => {
      const { threads } = await client.listMemoryThreads({ resourceId: "ada", agentId: "flame", metadata });
      return threads.map(({ id }) => id).toSorted();
    };
    expect(await found({ colour: "teal" })).toEqual(["one"]);
    expect(await found({ colour: "teal", pinned: false })).toEqual([]);
    expect(await found({})).toEqual(["one", "two"]);

    const thread = client.getMemoryThread({ threadId: "one", agentId: "flame" });
    expect(await thread.get()).toMatchObject({ id: "one", resourceId: "ada", title: "One" });
    expect(await thread.get({ tier: "gold" })).toMatchObject({ id: "one" });
    await thread.update({ title: "Renamed", metadata: { colour: "blue" }, resourceId: "ada" });
    expect(await client.getMemoryThread({ threadId: "one" }).get()).toMatchObject({ title: "Renamed" });
    expect(await thread.delete()).toMatchObject({ result: "Thread deleted" });
    await expect(thread.get()).rejects.toMatchObject({ status: 404 });
  });

  it("reads messages in an order, by a filter, and those around one", async () => {
    const memory = { thread: "told", resource: "ada" };
    for (const word of ["heron", "stork", "crane"]) await flame().generate(`Remember ${word}.`, { memory });
    const thread = client.getMemoryThread({ threadId: "told", agentId: "flame" });
    const list = async (params: Parameters<typeof thread.listMessages>[0]) =>
      Page.parse(await thread.listMessages(params)).messages;
    const roles = async (params: Parameters<typeof list>[0]) => (await list(params)).map(({ role }) => role);

    const newest = { field: "createdAt", direction: "DESC" } as const;
    const asked = await list({ filter: { roles: ["user"] }, orderBy: newest });
    const words = asked.map(({ content }) => /heron|stork|crane/.exec(JSON.stringify(content))?.[0]);
    expect(words).toEqual(["crane", "stork", "heron"]);
    expect(await roles({ page: 0, perPage: 2 })).toEqual(["user", "assistant"]);
    expect(await roles({ filter: { dateRange: { end: new Date(0) } } })).toEqual([]);
    const id = asked[1]?.id ?? "";
    expect(await roles({ perPage: 0, include: [{ id, withPreviousMessages: 1, withNextMessages: 1 }] })).toEqual([
      "assistant",
      "user",
      "assistant",
    ]);
  });

  it("generates, streams and calls tools of the agent and of its own", async () => {
    expect(await flame().generate("What is 6 * 7?")).toMatchObject({ text: "6 * 7 = 42" });
    const types: string[] = [];
    const stream = await flame().stream("What is 6 * 7?", { memory: { thread: "streamed", resource: "ada" } });
    await stream.processDataStream({ onChunk: async ({ type }) => void types.push(type) });
    expect(types).toEqual(expect.arrayContaining(["start", "tool-call", "tool-result", "text-delta", "finish"]));
  });

  it("gets an object of the structure that it asks for", async () => {
    const structuredOutput = { schema: z.toJSONSchema(Bird) };
    const { object } = await flame().generate("Tell me about herons.", { structuredOutput });
    expect(Bird.safeParse(object)).toMatchObject({ success: true });
  });

  it("leaves in the middle, and the turn ends", async () => {
    const leave = new AbortController();
    const stream = await flame().stream("count to 5000", { abortSignal: leave.signal });
    await expect(
      stream.processDataStream({
        onChunk: async ({ type }) => {
          if (type === "text-delta") leave.abort();
        },
      }),
    ).rejects.toThrow();
    await until("the turn is over", async () => (await turnsActive()) === 0);
    expect(await agent.metrics()).toMatch(/flame_turns_total\{outcome="client-left"\} [1-9]/);
  });

  it("subscribes to a thread, sends into it and aborts what runs there", async () => {
    const thread = { threadId: "sent", resourceId: "ada" };
    const subscription = await flame().subscribeToThread(thread);
    let text = "";
    const read = subscription.processDataStream({
      onChunk: async (chunk) => {
        if (chunk.type === "text-delta") text += JSON.stringify(chunk.payload);
      },
    });
    expect(await flame().sendMessage({ message: "count to 9000", ...thread })).toMatchObject({ accepted: true });
    await until("the thread says something", () => text !== "");
    expect(await flame().abortThread(thread)).toMatchObject({ aborted: true });
    await until("the turn is over", async () => (await turnsActive()) === 0);
    subscription.unsubscribe();
    await read;
  });
});
