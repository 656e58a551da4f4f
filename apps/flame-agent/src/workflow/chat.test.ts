import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, readEvents, readerOf, readUntil, type StreamEvent, stepsOf, textOf } from "../testing/client.ts";
import { until } from "../testing/folder.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({ FLAME_TURN_RECONNECT_SECONDS: "0" });
});
afterAll(() => agent.stop());

const of = (events: readonly StreamEvent[], name: string) =>
  events.filter(({ event }) => event === name).map(({ data }) => (isRecord(data) ? data : {}));
const ask = async (message: string, thread?: string) =>
  readEvents(await agent.post("/turns", { message, ...(thread !== undefined && { thread }) }));
const turnOf = (events: readonly StreamEvent[]) => String(of(events, "start")[0]?.turn);
const json = async (path: string): Promise<Record<string, unknown>> => {
  const body: unknown = await (await agent.get(path)).json();
  return isRecord(body) ? body : {};
};
const learn = (id: string, content: string, title = id) => agent.post("/documents", { id, title, content });

const REFUNDS = "Members may return an article within 30 days. Vouchers are never paid back.";

describe("a turn's steps", () => {
  it("are told in their order, with how they ended and how long they took", async () => {
    const events = await ask("What is 6 * 7?");
    expect(of(events, "step")).toEqual(
      [
        ["analysis", "done"],
        ["enhancement", "skipped"],
        ["cache", "skipped"],
        ["retrieval", "skipped"],
        ["generation", "done"],
      ].map(([name, outcome]) => ({ name, outcome, milliseconds: expect.any(Number) })),
    );
    expect(textOf(events)).toBe("6 * 7 = 42");
    expect(events.at(0)?.event).toBe("start");
    expect(events.at(-1)?.event).toBe("end");
  });

  it("tell each tool that is called, with what it was given and what it answered", async () => {
    const events = await ask("What is 6 * 7?");
    expect(of(events, "tool")).toEqual([
      { name: "calculate", toolCall: expect.any(String), state: "called", input: { expression: "6 * 7" } },
      { name: "calculate", toolCall: expect.any(String), state: "answered", output: { answer: "6 * 7 = 42" } },
    ]);
  });

  it("are measured", async () => {
    await ask("hello");
    const metrics = await agent.metrics();
    for (const step of ["analysis", "enhancement", "cache", "retrieval", "generation"])
      expect(metrics).toMatch(new RegExp(`flame_workflow_step_seconds_count\\{step="${step}",outcome="\\w+"\\} [1-9]`));
  });
});

describe("a question about a document", () => {
  it("is answered with a citation, and again from the cache until the documents change", async () => {
    expect((await learn("refunds", REFUNDS, "Refunds")).status).toBe(201);
    const question = "How many days have members to return an article?";
    const first = await ask(question);
    expect(textOf(first)).toBe("Members may return an article within 30 days. [1]");
    expect(of(first, "citation")).toEqual([
      { number: 1, document: "refunds", title: "Refunds", heading: "", position: 1, similarity: expect.any(Number) },
    ]);
    expect(stepsOf(first)).toMatchObject({ cache: "miss", retrieval: "done", generation: "done" });

    const again = await ask(question);
    expect(stepsOf(again)).toMatchObject({ cache: "hit", retrieval: "skipped", generation: "skipped" });
    expect(textOf(again)).toBe(textOf(first));
    expect(of(again, "citation")).toEqual(of(first, "citation"));
    expect(of(again, "end")[0]).toEqual({
      finishReason: "stop",
      usage: { inputTokens: 0, outputTokens: 0, totalTokens: 0 },
    });
    expect(await json(`/turns/${turnOf(again)}`)).toMatchObject({ state: "completed" });

    await learn("refunds", REFUNDS.replace("30", "45"), "Refunds");
    const after = await ask(question);
    expect(stepsOf(after)).toMatchObject({ cache: "miss", generation: "done" });
    expect(textOf(after)).toBe("Members may return an article within 45 days. [1]");

    expect((await agent.get("/documents/refunds", { method: "DELETE" })).status).toBe(204);
    const gone = await ask(question);
    expect(stepsOf(gone)).toMatchObject({ cache: "miss", retrieval: "skipped" });
    expect(of(gone, "citation")).toEqual([]);
    const metrics = await agent.metrics();
    expect(metrics).toMatch(/flame_cache_lookups_total\{outcome="hit"\} 1/);
    expect(metrics).toMatch(/flame_cache_hit_ratio 0\.\d+/);
    expect(metrics).toMatch(/flame_retrievals_total\{outcome="found"\} 2/);
    expect(metrics).toMatch(/flame_retrieved_passages_total 2/);
  });

  it("that follows on another is searched for with that one's words", async () => {
    await learn("parcels", "Parcels to Norway arrive after nine days.", "Parcels");
    const given = async () => Number(/flame_retrieved_passages_total (\d+)/.exec(await agent.metrics())?.[1]);
    await ask("Do you send parcels to Norway?", "follow");
    const before = await given();
    const events = await ask("How long does it take?", "follow");
    expect(stepsOf(events)).toMatchObject({ enhancement: "done", cache: "skipped", retrieval: "done" });
    expect(await given()).toBe(before + 1);
    expect(stepsOf(await ask("How long does it take?"))).toMatchObject({ retrieval: "done" });
    expect(await given()).toBe(before + 1);
    await agent.get("/documents/parcels", { method: "DELETE" });
  });

  it("answered from the cache is in the thread's memory", async () => {
    const question = "Who wrote the famous book about Atlantis?";
    const asked = await ask(question);
    const reused = await ask(question, "reused");
    expect(stepsOf(reused)).toMatchObject({ cache: "hit" });
    const messages = JSON.stringify(await json("/api/memory/threads/reused/messages?agentId=flame&resourceId=default"));
    expect(messages).toContain(question);
    expect(messages).toContain(JSON.stringify(textOf(asked)).slice(1, -1));
    expect(textOf(await ask("one more thing", "reused"))).toContain("message 2 of yours");
  });

  it("in a thread where something was said gets no answer that cites nothing", async () => {
    const question = "Who painted the famous picture of Atlantis?";
    await ask(question);
    await ask("My name is Ada.", "said");
    expect(stepsOf(await ask(question, "said"))).toMatchObject({ cache: "miss", generation: "done" });
  });
});

describe("an answer that a tool or a moment made", () => {
  it.each(["What is the square of 2 ^ 10?", "What time is it in Asia/Tokyo?"])(
    "is not given again: %s",
    async (question) => {
      await ask(question);
      expect(stepsOf(await ask(question)).generation).toBe("done");
    },
  );
});

describe("a tool that needs approval", () => {
  const send = 'Send "hello" to ada@example.com';
  const sent = async () => {
    const { messages } = await json("/outbox");
    return Array.isArray(messages) ? messages.length : Number.NaN;
  };
  const suspended = async (thread?: string) => {
    const events = await ask(send, thread);
    return { events, turn: turnOf(events), approval: String(of(events, "approval")[0]?.id) };
  };

  it("has the turn wait, and sends nothing", async () => {
    const before = await sent();
    const { events, turn, approval } = await suspended();
    expect(of(events, "approval")).toEqual([
      {
        id: approval,
        toolCall: expect.any(String),
        tool: "send_message",
        input: { to: "ada@example.com", text: "hello" },
        expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      },
    ]);
    expect(stepsOf(events).generation).toBe("waiting");
    expect(of(events, "end")[0]).toMatchObject({ finishReason: "suspended" });
    expect(await json(`/turns/${turn}`)).toMatchObject({ state: "waiting", resumable: false, approvals: [approval] });
    expect(await json(`/approvals/${approval}`)).toMatchObject({ turn, state: "pending" });
    expect(await sent()).toBe(before);
  });

  it("goes on when it is approved, once", async () => {
    const before = await sent();
    const { turn, approval } = await suspended("approve");
    const answers = await Promise.all([1, 2, 3].map(() => agent.post(`/approvals/${approval}/approve`, undefined)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const [going = []] = await Promise.all(answers.filter(({ status }) => status === 200).map(readEvents));
    expect(of(going, "start")).toEqual([{ turn, thread: "approve", resource: "default" }]);
    expect(of(going, "tool")).toEqual([
      {
        name: "send_message",
        toolCall: expect.any(String),
        state: "answered",
        output: { answer: "The message to ada@example.com is sent." },
      },
    ]);
    expect(textOf(going)).toBe("The message to ada@example.com is sent.");
    expect(going.at(-1)).toMatchObject({ event: "end", data: { finishReason: "stop" } });
    expect(await sent()).toBe(before + 1);
    expect(await json(`/turns/${turn}`)).toMatchObject({ state: "completed", attempt: 2, approvals: [] });
    expect(textOf(await ask("one more thing", "approve"))).toContain("message 2 of yours");
    const { state } = await json(`/approvals/${approval}`);
    expect(state).toBe("approved");
    expect(await agent.metrics()).toMatch(/flame_approvals_total\{outcome="approved"\} 1\n/);
  });

  it("goes on without the tool when it is rejected, and knows why", async () => {
    const before = await sent();
    const { turn, approval } = await suspended();
    const going = await readEvents(
      await agent.post(`/approvals/${approval}/reject`, { reason: "the address is wrong" }),
    );
    expect(of(going, "tool")).toEqual([{ name: "send_message", toolCall: expect.any(String), state: "declined" }]);
    expect(textOf(going)).toContain("the address is wrong");
    expect(await sent()).toBe(before);
    expect(await json(`/turns/${turn}`)).toMatchObject({ state: "completed" });
    expect(await agent.metrics()).toMatch(/flame_approvals_total\{outcome="rejected"\} 1\n/);
    expect((await agent.post(`/approvals/${approval}/approve`, undefined)).status).toBe(409);
  });

  it("is listed by its state, and no more of them than asked for", async () => {
    const { approval } = await suspended();
    const pending = async () => (await json("/approvals?state=pending")).approvals;
    expect(await pending()).toContainEqual(expect.objectContaining({ id: approval }));
    await (await agent.post(`/approvals/${approval}/approve`, undefined)).text();
    expect(await pending()).not.toContainEqual(expect.objectContaining({ id: approval }));
    expect(await json("/approvals?limit=1")).toMatchObject({ approvals: [{ tool: "send_message" }] });
  });

  it("is not offered where nobody could approve it", async () => {
    const response = await agent.post("/api/agents/flame/generate", { messages: [{ role: "user", content: send }] });
    expect(await response.json()).toMatchObject({ finishReason: "stop", text: expect.stringMatching(/^You said/) });
  });

  it.each([
    { path: "/approvals/no-id/approve", body: undefined, status: 404 },
    { path: "/approvals/11111111-1111-4111-8111-111111111111/reject", body: undefined, status: 404 },
    { path: "/approvals/11111111-1111-4111-8111-111111111111/approve", body: { reason: "x" }, status: 400 },
    { path: "/approvals/11111111-1111-4111-8111-111111111111/reject", body: { because: "x" }, status: 400 },
    { path: "/turns/no-id/resume", body: undefined, status: 404 },
    { path: "/turns/11111111-1111-4111-8111-111111111111/resume", body: undefined, status: 404 },
  ])("answers $status to $path with the body $body", async ({ path, body, status }) => {
    const response = await agent.post(path, body);
    expect([response.status, await response.json()]).toEqual([
      status,
      expect.objectContaining({ error: expect.any(String) }),
    ]);
  });

  it("lists are refused where their query is wrong", async () => {
    for (const path of ["/approvals?state=lost", "/approvals?limit=0", "/documents?limit=x", "/outbox?after=1"])
      expect([path, await agent.status(path)]).toEqual([path, 400]);
    for (const path of ["/approvals/x", "/turns/x", "/documents/x"])
      expect([path, await agent.status(path)]).toEqual([path, 404]);
  });
});

describe("a turn", () => {
  it("that isn't interrupted can't be resumed", async () => {
    const turn = turnOf(await ask("hello"));
    const response = await agent.post(`/turns/${turn}/resume`, undefined);
    expect([response.status, await response.json()]).toEqual([
      409,
      { error: expect.stringMatching(/^The turn is completed; allowed: one that is resumable; fix: GET/) },
    ]);
  });

  it("whose client leaves is cancelled", async () => {
    const leave = new AbortController();
    const response = await agent.post("/turns", { message: "count to 90000" }, { signal: leave.signal });
    const seen = await readUntil(readerOf(response), "30");
    leave.abort();
    const turn = /"turn":"([^"]+)"/.exec(seen)?.[1];
    await until("it is cancelled", async () => (await json(`/turns/${turn}`)).state === "cancelled");
    expect(await agent.metrics()).toContain('outcome="stopped"');
  });

  it("keeps to its thread's resource", async () => {
    await ask("hello", "owned");
    const response = await agent.post("/turns", { message: "hi", thread: "owned", resource: "somebody-else" });
    expect([response.status, await response.json()]).toEqual([
      409,
      { error: expect.stringMatching(/belongs to another resource/) },
    ]);
  });
});

describe("documents", () => {
  it("are learnt, told as unchanged, replaced, listed and forgotten", async () => {
    const body = { id: "guide", content: "# A\n\ntext", mediaType: "text/markdown" };
    const [created, unchanged, replaced] = [
      await agent.post("/documents", body),
      await agent.post("/documents", body),
      await agent.post("/documents", { ...body, content: "# A\n\nother" }),
    ];
    expect([created.status, await created.json()]).toEqual([201, { id: "guide", state: "created", passages: 1 }]);
    expect([unchanged.status, await unchanged.json()]).toEqual([200, { id: "guide", state: "unchanged", passages: 1 }]);
    expect([replaced.status, await replaced.json()]).toEqual([200, { id: "guide", state: "replaced", passages: 1 }]);
    expect(await json("/documents/guide")).toMatchObject({ id: "guide", title: "guide", mediaType: "text/markdown" });
    expect(await json("/documents?limit=100")).toMatchObject({ documents: [{ id: "guide" }] });
    expect((await agent.get("/documents/guide", { method: "DELETE" })).status).toBe(204);
    expect((await agent.get("/documents/guide", { method: "DELETE" })).status).toBe(404);
  });

  it.each([
    {},
    { id: "a" },
    { id: "a", content: " " },
    { id: "a", content: "x", mediaType: "application/pdf" },
    "text",
  ])("are refused with what is allowed: %j", async (body) => {
    const response = await agent.post("/documents", body);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.stringMatching(/allowed: \{"id"/), problems: expect.any(String) },
    ]);
  });
});
