import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { parseEvents, readEvents, readerOf, readUntil, type StreamEvent, textOf } from "../testing/client.ts";
import { until } from "../testing/folder.ts";
import { rawAnswer } from "../testing/raw.ts";
import { startingApplication } from "./application.ts";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_BODY_LIMIT_KIB: "4",
    FLAME_MEMORY_LAST_MESSAGES: "4",
    FLAME_TURN_RECONNECT_SECONDS: "0",
  });
});
afterAll(() => agent.stop());

const mastraBody = (content: string, thread: string) => ({
  messages: [{ role: "user", content }],
  memory: { thread, resource: "someone" },
});

describe("POST /turns", () => {
  it("streams start, text token by token, and end with its usage", async () => {
    const response = await agent.post("/turns", { message: "count to 3", thread: "count", resource: "someone" });
    expect(response.headers.get("content-type")).toMatch(/^text\/event-stream/);
    expect(withoutSteps(await readEvents(response))).toEqual([
      { event: "start", data: { turn: expect.stringMatching(/^[\da-f-]{36}$/), thread: "count", resource: "someone" } },
      { event: "text", data: { delta: "1" } },
      { event: "text", data: { delta: " 2" } },
      { event: "text", data: { delta: " 3" } },
      {
        event: "end",
        data: {
          finishReason: "stop",
          usage: { inputTokens: expect.any(Number), outputTokens: 3, totalTokens: expect.any(Number) },
        },
      },
    ]);
  });

  it("shows each tool that it calls, with what goes in and out", async () => {
    const events = await agent.turn("What is 6 * 7?");
    expect(events.filter(({ event }) => event === "tool").map(({ data }) => data)).toEqual([
      { name: "calculate", toolCall: expect.any(String), state: "called", input: { expression: "6 * 7" } },
      { name: "calculate", toolCall: expect.any(String), state: "answered", output: { answer: "6 * 7 = 42" } },
    ]);
    expect(textOf(events)).toBe("6 * 7 = 42");
    expect(await agent.ask("Which weekday is 2026-11-21?")).toBe("2026-11-21 is a Saturday.");
  });

  it("shows a tool that refuses and still ends well", async () => {
    const events = await agent.turn("What is 1 / 0?");
    expect(events).toContainEqual({
      event: "tool",
      data: { name: "calculate", toolCall: expect.any(String), state: "failed" },
    });
    expect(textOf(events)).toMatch(/calculate refused.*divides by zero/);
    expect(events.at(-1)?.event).toBe("end");
  });

  it("remembers the thread, and no other", async () => {
    await agent.ask("My name is Ada.", "memory");
    expect(await agent.ask("What is my name?", "memory")).toBe("Your name is Ada.");
    expect(await agent.ask("What is my name?", "elsewhere")).toMatch(/haven't told me/);
  });

  it("sees only the last messages of a long thread", async () => {
    await agent.ask("My name is Ada.", "long");
    for (const message of ["one", "two", "three"]) await agent.ask(message, "long");
    expect(await agent.ask("What is my name?", "long")).toMatch(/haven't told me/);
  });

  it("gives a new thread an id and tells it", async () => {
    const [start] = await agent.turn("hello");
    expect(start).toEqual({
      event: "start",
      data: {
        turn: expect.any(String),
        thread: expect.stringMatching(/^[\da-f-]{36}$/),
        resource: "default",
      },
    });
  });

  it.each([{ body: {} }, { body: { message: "" } }, { body: { message: "hi", thraed: "t" } }, { body: "hi" }])(
    "refuses the body $body and says what is allowed",
    async ({ body }) => {
      const response = await agent.post("/turns", body);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        error: expect.stringMatching(/allowed: \{"message"/),
        problems: expect.any(String),
      });
    },
  );
});

describe("Mastra's own stream", () => {
  it("streams the same turn and shares its memory with /turns", async () => {
    const response = await agent.post("/api/agents/flame/stream", mastraBody("My name is Grace.", "shared"));
    const chunks = parseEvents(await response.text()).map(({ data }) => data);
    expect(chunks.at(0)).toMatchObject({ type: "start" });
    expect(chunks.at(-1)).toMatchObject({ type: "finish", payload: { stepResult: { reason: "stop" } } });
    const turn = await agent.post("/turns", { message: "What is my name?", thread: "shared", resource: "someone" });
    expect(textOf(await readEvents(turn))).toBe("Your name is Grace.");
  });

  it("answers whole through generate", async () => {
    const response = await agent.post("/api/agents/flame/generate", mastraBody("What is 2 ^ 10?", "generate"));
    expect(await response.json()).toMatchObject({ text: "2 ^ 10 = 1024", finishReason: "stop" });
  });
});

describe("a client that leaves", () => {
  it.each([
    { path: "/turns", body: { message: "count to 90000" } },
    { path: "/api/agents/flame/stream", body: mastraBody("count to 90000", "left") },
  ])("cancels its turn on $path", async ({ path, body }) => {
    const before = leftTurns(await agent.metrics());
    const leave = new AbortController();
    const response = await agent.post(path, body, { signal: leave.signal });
    await readUntil(readerOf(response), "30");
    leave.abort();
    await until("the turn is counted as left", async () => leftTurns(await agent.metrics()) === before + 1);
    expect(await agent.metrics()).toContain("flame_turns_active 0");
  });
});

describe("the other routes", () => {
  it("tell that the agent is alive and ready", async () => {
    const health = await agent.get("/health");
    expect([health.status, await health.json()]).toEqual([
      200,
      {
        status: "healthy",
        phase: "serving",
        problems: [],
        version: "0.1.0",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        uptimeSeconds: expect.any(Number),
        memory: { residentMiB: expect.any(Number), heapUsedMiB: expect.any(Number), limitMiB: expect.any(Number) },
        eventLoopDelayMilliseconds: expect.any(Number),
        activeConnections: expect.any(Number),
        activeTurns: 0,
        lastMinute: {
          requests: expect.any(Number),
          errorRate: expect.any(Number),
          averageResponseMilliseconds: expect.any(Number),
        },
        dependencies: { database: "answers", model: "asked" },
      },
    ]);
    const ready = await agent.get("/ready");
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  });

  it("answer 404 on a path that isn't there", async () => {
    for (const path of ["/nothing", "/api/nothing", "/api/agents/flame/nothing/at/all"]) {
      const response = await agent.get(path);
      expect([path, response.status, await response.json()]).toEqual([path, 404, { error: expect.any(String) }]);
    }
  });

  it("answer 413 to a body above the limit, on both turn routes", async () => {
    const message = "x".repeat(5_000);
    expect((await agent.post("/turns", { message })).status).toBe(413);
    expect((await agent.post("/api/agents/flame/stream", mastraBody(message, "t"))).status).toBe(413);
  });

  it("measure by route pattern, and never by path or words", async () => {
    await agent.turn("a planted word", "planted-thread");
    await agent.get("/api/agents/planted-agent");
    await agent.get("/planted-path");
    const metrics = await agent.metrics();
    const routes = new Set([...metrics.matchAll(/route="([^"]*)"/g)].map(([, route]) => route));
    expect(routes).toContain("/turns");
    expect(routes).toContain("/api/agents/:agentId");
    expect(routes).toContain("/api/agents/:agentId/stream");
    expect(routes).toContain("unmatched");
    expect(metrics).not.toMatch(/planted/);
    expect(metrics).toMatch(/flame_tool_calls_total\{tool="calculate",outcome="completed"\} [1-9]/);
    expect(metrics).toMatch(/flame_model_tokens_total\{direction="output",model="offline"\} [1-9]/);
    expect(metrics).toMatch(/flame_turns_total\{outcome="completed"\} [1-9]/);
    expect(metrics).toMatch(/process_resident_memory_bytes \d/);
  });

  it("log one line for a request, with nothing that the user wrote", async () => {
    const before = agent.log.length;
    await agent
      .post(
        "/turns?key=planted-query",
        { message: "a planted word", thread: "planted-thread" },
        { headers: { "x-planted": "planted" } },
      )
      .then((response) => response.text());
    await until("the request is logged", () =>
      agent.log.slice(before).some((line) => line.includes('"msg":"request"')),
    );
    const requests = agent.log.slice(before).filter((line) => line.includes('"msg":"request"'));
    expect(requests.map((line) => JSON.parse(line))).toMatchObject([
      { level: 30, method: "POST", route: "/turns", status: 200, seconds: expect.any(Number), complete: true },
    ]);
    expect(agent.log.join("")).not.toMatch(/planted/);
  });
});

describe("a request that breaks off", () => {
  it("is no failure of the agent's", async () => {
    const before = agent.log.length;
    const headers = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n";
    const port = Number(new URL(agent.url).port);
    const request = `POST /turns HTTP/1.1\r\n${headers}\r\n{"message":`;
    expect(await rawAnswer(port, request, { boundMilliseconds: 100 })).toBe("");
    await until("the request is logged", () =>
      agent.log.slice(before).some((line) => line.includes('"complete":false')),
    );
    expect(agent.log.slice(before).join("")).not.toContain("request failed");
  });
});

describe("before the agent has started", () => {
  const starting = startingApplication();
  it("it is alive, and every other route says to come again", async () => {
    const health = await starting.request("/health");
    expect([health.status, await health.json()]).toMatchObject([200, { status: "healthy", phase: "starting" }]);
    for (const [method, path] of [
      ["GET", "/ready"],
      ["POST", "/turns"],
    ] as const) {
      const response = await starting.request(path, { method });
      expect([response.status, response.headers.get("retry-after"), await response.json()]).toEqual([
        503,
        "1",
        { status: "starting" },
      ]);
    }
  });
});

function leftTurns(metrics: string): number {
  return Number(/flame_turns_total\{outcome="client-left"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

function withoutSteps(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.filter(({ event }) => event !== "step");
}
