import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database } from "../database/index.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents } from "../testing/client.ts";
import { testDatabase } from "../testing/database.ts";
import { until } from "../testing/folder.ts";
import { largeModel } from "../testing/large-model.ts";
import { toldToSubscriber } from "../testing/subscriber.ts";

const MIB = 1024 ** 2;
/** Megabytes take their time on a machine that does other work beside. */
const SLOWLY = { timeout: 120_000 };
const PASSED =
  /larger than 1024 KiB \(FLAME_ANSWER_LIMIT_KIB\) and was stopped; ask for less at once \(reference ([0-9a-f-]{36})\)/;
const ROUTES = [
  { path: "/turns", body: (thread: string, message = "hi") => ({ message, thread }) },
  {
    path: "/chat",
    body: (id: string, text = "hi") => ({ id, messages: [{ id: "1", role: "user", parts: [{ type: "text", text }] }] }),
  },
  ...["stream", "generate"].map((name) => ({
    path: `/api/agents/flame/${name}`,
    body: (thread: string, content = "hi") => ({ messages: [{ role: "user", content }], memory: { thread } }),
  })),
];

async function withAgent(variables: Readonly<Record<string, string>>) {
  const agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", ...variables });
  return Object.assign(agent, { [Symbol.asyncDispose]: async () => void (await agent.stop()) });
}

/** The words of an answer in one, where it is streamed in pieces, with those of what failed. */
async function wordsOf(response: Response): Promise<string> {
  const text = await response.text();
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return text;
  const words = parseEvents(text).map(({ event, data }) => {
    if (!isRecord(data)) return "";
    if (event === "error" || data.type === "error") return JSON.stringify(data);
    return isRecord(data.payload) ? data.payload.text : data.delta;
  });
  return words.join("");
}

describe("an answer of 20 MB", () => {
  it(
    "is stopped at the deployment's bound on every route, which client, operator and record are told",
    SLOWLY,
    async () => {
      const model = await largeModel({ bytes: 20 * MIB, piece: "0123456789abcdef".repeat(256) });
      await using agent = await withAgent(model.variables);
      for (const { path, body } of ROUTES) {
        const before = model.sent();
        const response = await agent.post(path, body(path));
        const told = await response.text();
        expect([path, told]).toEqual([path, expect.stringMatching(PASSED)]);
        expect([path, response.status]).toEqual([path, path.endsWith("generate") ? 502 : 200]);
        // An answer that isn't streamed is read before its size is known.
        if (response.status === 200) expect(model.sent() - before).toBeLessThan(10 * MIB);
        const [, reference = "none"] = PASSED.exec(told) ?? [];
        const lines = agent.log.filter((line) => line.includes(reference));
        expect(lines.some((line) => line.includes("FLAME_ANSWER_LIMIT_KIB") && line.includes('"limitKiB":1024'))).toBe(
          true,
        );
        await until("it is ready", async () => (await agent.status("/ready")) === 200, 20_000);
      }
      const { text } = await toldToSubscriber(agent, { threadId: "sent", resourceId: "default" }, "hi");
      const [, reference = "none"] = PASSED.exec(text) ?? [];
      expect(agent.log.some((line) => line.includes(reference) && line.includes('"level":50'))).toBe(true);
      const listed: unknown = await (await agent.get("/turns?thread=%2Fturns")).json();
      expect(listed).toMatchObject({ turns: [{ state: "failed", failure: "too-large" }] });
    },
  );
});

describe("an answer below the bound", () => {
  it.each([
    { why: "letters", piece: "abcdefgh".repeat(1024), encoded: 1 },
    { why: "characters that JSON writes six times as long", piece: "\u0001\u0002".repeat(1024), encoded: 6 },
    { why: "quotes", piece: '"\\'.repeat(1024), encoded: 2 },
  ])("is stored whole at the largest one that may be set: $why", SLOWLY, async ({ piece, encoded }) => {
    const pieces = Math.floor((2_000 * 1024) / encoded / piece.length);
    const model = await largeModel({ bytes: pieces * piece.length, piece });
    await using agent = await withAgent({ ...model.variables, FLAME_ANSWER_LIMIT_KIB: "2048" });
    const told = await (await agent.post("/turns", { message: "hi", thread: "large" })).text();
    expect(parseEvents(told).at(-1)).toMatchObject({ event: "end", data: { finishReason: "stop" } });
    const stored: unknown = await (await agent.get("/api/memory/threads/large/messages?agentId=flame")).json();
    const parts = expect.arrayContaining([expect.objectContaining({ text: piece.repeat(pieces) })]);
    expect(stored).toMatchObject({ messages: [{ role: "user" }, { role: "assistant", content: { parts } }] });
    await until("it is ready", async () => (await agent.status("/ready")) === 200, 20_000);
  });
});

describe("a tool's result", () => {
  const LIMIT_BYTES = 16 * 1024;
  const question = "Which weekday is 2000-02-29?";
  let database: Database;
  let agent: TestAgent;
  beforeAll(async () => {
    database = await testDatabase();
    agent = await testAgent({ FLAME_RATE_LIMIT_PER_MINUTE: "0", FLAME_ANSWER_LIMIT_KIB: "16" }, async () => database);
  });
  afterAll(async () => void (await agent.stop()));

  /** Has the tool `dates` name a weekday by so many letters, until it is disposed of. */
  function longWeekdays(letters: number): Disposable {
    const { prototype } = Intl.DateTimeFormat;
    const usual = Object.getOwnPropertyDescriptor(prototype, "format") ?? {};
    Object.defineProperty(prototype, "format", { ...usual, get: () => () => "x".repeat(letters) });
    return { [Symbol.dispose]: () => void Object.defineProperty(prototype, "format", usual) };
  }

  /** Bytes of the largest row that is stored of any message, or of any turn's events. */
  async function largestStored(): Promise<number> {
    const { rows } = await database.pool.query<{ bytes: number }>(
      `select max(octet_length(row)) as bytes from (
         select m::text as row from public.mastra_messages m union all select e::text from flame.turn_events e
       ) as stored`,
    );
    return rows[0]?.bytes ?? 0;
  }

  describe.each([
    {
      size: "more than a turn may be",
      letters: 4 * LIMIT_BYTES,
      words:
        /The result of the tool has 65 KiB; allowed: 16 KiB \(FLAME_ANSWER_LIMIT_KIB\) \(reference ([0-9a-f-]{36})\)/,
      logged: "tool failed",
      // The model is told, and goes on.
      stops: false,
      storedBytes: LIMIT_BYTES,
    },
    {
      size: "as much as a turn may be",
      letters: LIMIT_BYTES - 60,
      words:
        /larger than 16 KiB \(FLAME_ANSWER_LIMIT_KIB\) and was stopped; ask for less at once \(reference ([0-9a-f-]{36})\)/,
      logged: "FLAME_ANSWER_LIMIT_KIB",
      // There is no room for an answer.
      stops: true,
      // What was told of it before: its call and it, each once.
      storedBytes: 1.5 * LIMIT_BYTES,
    },
  ])("of $size", ({ letters, words, logged, stops, storedBytes }) => {
    it.each(ROUTES)("$path, in clear words and with nothing larger stored, and the thread goes on", async (route) => {
      const { path, body } = route;
      const thread = crypto.randomUUID();
      const long = longWeekdays(letters);
      const response = await agent.post(path, body(thread, question));
      const told = await wordsOf(response).finally(() => long[Symbol.dispose]());
      expect(told).toMatch(words);
      expect(response.status).toBe(stops && path.endsWith("generate") ? 502 : 200);
      const [, reference = "none"] = words.exec(told) ?? [];
      expect(agent.log.some((line) => line.includes(reference) && line.includes(logged))).toBe(true);
      if (path === "/turns")
        expect(await (await agent.get(`/turns?thread=${thread}`)).json()).toMatchObject({
          turns: [stops ? { state: "failed", failure: "too-large" } : { state: "completed", failure: null }],
        });
      expect(await largestStored()).toBeLessThan(storedBytes);
      expect(await wordsOf(await agent.post(path, body(thread, "count to 3")))).toContain("1 2 3");
    });
  });
});

describe("a client's write that is larger than the database takes", () => {
  const metadata = { note: "x".repeat(9 * MIB) };
  const variables = { FLAME_BODY_LIMIT_KIB: "16384", FLAME_MESSAGE_LIMIT_CHARACTERS: "10000000" };
  const told = /More is to be stored at once than the database takes \(an embedded one: 8 MiB\).*reference/;

  it("is refused with 413 where that is embedded, and taken where it isn't", SLOWLY, async () => {
    await using agent = await withAgent(variables);
    const response = await agent.post("/api/memory/threads?agentId=flame", { threadId: "big", metadata });
    const text = await response.text();
    if (process.env.FLAME_TEST_POSTGRESQL_URL) return expect(response.status).toBe(200);
    expect([response.status, text]).toEqual([413, expect.stringMatching(told)]);
    await until("it is ready", async () => (await agent.status("/ready")) === 200, 20_000);
  });
});

it("the longest message is what the deployment says, on our routes as on Mastra's", SLOWLY, async () => {
  await using agent = await withAgent({
    FLAME_BODY_LIMIT_KIB: "8192",
    FLAME_MESSAGE_LIMIT_CHARACTERS: "1500000",
    FLAME_ANSWER_LIMIT_KIB: "2048",
  });
  const asked = async (length: number) => {
    const text = "y".repeat(length);
    const bodies = {
      "/turns": { message: text },
      "/chat": { id: "c", messages: [{ role: "user", parts: [{ type: "text", text }] }] },
      "/api/agents/flame/generate": { messages: text },
    };
    const answers = Object.entries(bodies).map(async ([path, body]) => {
      const response = await agent.post(path, body);
      await response.body?.cancel();
      return response.status;
    });
    return Promise.all(answers);
  };
  expect(await asked(1_500_001)).toEqual([413, 413, 413]);
  expect(await asked(1_400_000)).toEqual([200, 200, 200]);
});
