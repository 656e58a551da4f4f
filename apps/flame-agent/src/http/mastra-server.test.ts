import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { readerOf, readUntil } from "../testing/client.ts";
import { until } from "../testing/folder.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_MODEL_TOKENS_PER_SECOND: "200", FLAME_MESSAGES_MAX: "2" });
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const json = async (path: string, init?: RequestInit) => (await agent.get(path, init)).json();
const turnsActive = async () => Number(/flame_turns_active (\d+)/.exec(await agent.metrics())?.[1]);

describe("Mastra's routes", () => {
  it("make, list, show, change and delete threads, by names of the client's own", async () => {
    const made = await agent.post("/api/memory/threads?agentId=flame", { threadId: "made", resourceId: "ada" });
    expect([made.status, await made.json()]).toMatchObject([200, { id: "made", resourceId: "ada" }]);
    const unnamed: unknown = await (await agent.post("/api/memory/threads?agentId=flame", { title: "x" })).json();
    expect(unnamed).toMatchObject({ id: expect.stringMatching(/^[\da-f-]{36}$/), resourceId: "default" });
    const changed = await agent.get("/api/memory/threads/made?agentId=flame&resourceId=ada", {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title: "New" }),
    });
    expect(changed.status).toBe(200);
    expect(await json("/api/memory/threads?agentId=flame&resourceId=ada&orderBy[field]=createdAt")).toMatchObject({
      threads: [{ id: "made", title: "New" }],
    });
    expect((await agent.get("/api/memory/threads/made?agentId=flame")).status).toBe(200);
    expect((await agent.get("/api/memory/threads/made?agentId=flame&resourceId=bob")).status).toBe(403);
    const gone = await agent.get("/api/memory/threads/made?agentId=flame&resourceId=ada", { method: "DELETE" });
    expect(gone.status).toBe(200);
    expect((await agent.get("/api/memory/threads/made?agentId=flame&resourceId=ada")).status).toBe(404);
  });

  it.each([
    { method: "GET", path: "/api/workflows" },
    { method: "GET", path: "/api/memory/threads/t/working-memory" },
    { method: "POST", path: "/api/agents/flame/model" },
    { method: "POST", path: "/api/agents/flame/approve-tool-call" },
    { method: "POST", path: "/api/agents/flame/observe" },
    { method: "GET", path: "/api/stored/agents" },
    { method: "GET", path: "/api/system/packages" },
    { method: "PUT", path: "/api/memory/threads" },
    { method: "POST", path: "/api/memory/threads/t/clone" },
    { method: "POST", path: "/api/memory/messages/delete" },
    { method: "GET", path: "/api" },
    { method: "GET", path: "/api/" },
    { method: "GET", path: "/api//agents" },
  ])("$method $path is closed", async ({ method, path }) => {
    const response = await agent.get(path, { method });
    expect([response.status, await response.json()]).toEqual([
      404,
      { error: expect.stringMatching(/^No route for .+: \w+/) },
    ]);
  });

  it.each([
    { why: "chooses a model", body: { messages: "hi", model: "openai/gpt" } },
    { why: "names a run", body: { messages: "hi", runId: "1" } },
    { why: "brings its own context", body: { messages: "hi", requestContext: { tenant: "acme" } } },
    { why: "has options of memory", body: { messages: "hi", memory: { thread: "t", options: { lastMessages: 9 } } } },
    { why: "has no messages", body: {} },
    {
      why: "chooses a model for its structure",
      body: { messages: "hi", structuredOutput: { schema: {}, model: "x" } },
    },
    {
      why: "has an expression in its structure",
      body: {
        messages: "hi",
        structuredOutput: { schema: { properties: { a: { type: "string", pattern: "(a+)+$" } } } },
      },
    },
    {
      why: "has its structure elsewhere",
      body: { messages: "hi", structuredOutput: { schema: { items: { $ref: "http://127.0.0.1:9/x" } } } },
    },
  ])("refuse a turn that $why", async ({ body }) => {
    const response = await agent.post("/api/agents/flame/generate", body);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: "The body is refused", problems: expect.any(String) },
    ]);
  });

  it("refuse other queries and other content", async () => {
    const list = (path: string) => agent.status(`/api/memory/threads${path}`);
    expect(await list("?agentId=flame&metadata[x]=1")).toBe(400);
    expect(await list(`?metadata=${encodeURIComponent(JSON.stringify({ "x' or true --": 1 }))}`)).toBe(400);
    expect(await list("/t/messages?include={}")).toBe(400);
    expect(await list(`/t/messages?filter=${encodeURIComponent(JSON.stringify({ raw: "sql" }))}`)).toBe(400);
    expect(await list(`/t?requestContext=${btoa(JSON.stringify({ tenant: "acme" }))}`)).toBe(400);
    expect(await list("/t?requestContext=nothing")).toBe(400);
    const form = await agent.get("/api/agents/flame/generate", {
      method: "POST",
      body: new URLSearchParams({ a: "b" }),
    });
    expect(form.status).toBe(415);
  });

  it("keep no more messages of a request than FLAME_MESSAGES_MAX, the oldest go", async () => {
    const user = (content: string) => ({ role: "user", content });
    const messages = [user("My name is Ada."), user("one"), user("What is my name?")];
    const answer = await (await agent.post("/api/agents/flame/generate", { messages })).json();
    expect(answer).toMatchObject({ text: expect.stringMatching(/haven't told me/) });
    const kept = await (await agent.post("/api/agents/flame/generate", { messages: messages.toSpliced(1, 1) })).json();
    expect(kept).toMatchObject({ text: "Your name is Ada." });
  });

  it("hide what failed inside", async () => {
    const response = await agent.get("/api/agents/planted-agent");
    expect([response.status, await response.json()]).toEqual([404, { error: expect.any(String) }]);
  });
});

describe("a message into a thread", () => {
  it("is a turn until the thread is idle, and its client may subscribe and abort", async () => {
    const thread = { threadId: "sent", resourceId: "ada" };
    const events = readerOf(await agent.post("/api/agents/flame/threads/subscribe", thread));
    const sent = await agent.post("/api/agents/flame/send-message", { message: "count to 60", ...thread });
    expect([sent.status, await sent.json()]).toMatchObject([200, { accepted: true }]);
    expect(await turnsActive()).toBe(1);
    await readUntil(events, " 60");
    await until("the turn is over", async () => (await turnsActive()) === 0);
    await events.cancel();
    const completed = async () =>
      Number(/flame_turns_total\{outcome="completed"\} (\d+)/.exec(await agent.metrics())?.[1]);
    const before = await completed();
    expect(before).toBeGreaterThan(0);

    await agent.post("/api/agents/flame/send-message", { message: "count to 9000", ...thread });
    const aborted = await agent.post("/api/agents/flame/threads/abort", thread);
    expect(await aborted.json()).toEqual({ aborted: true });
    await until("the aborted turn is over", async () => (await turnsActive()) === 0);
    expect(await completed()).toBe(before);
    expect(await agent.metrics()).toMatch(/flame_turns_total\{outcome="client-left"\} 1\n/);
  });

  it("of nobody's thread is refused, and no turn is left", async () => {
    const response = await agent.post("/api/agents/nobody/send-message", { message: "hi", threadId: "t" });
    expect(response.status).toBe(404);
    expect(await turnsActive()).toBe(0);
  });
});
