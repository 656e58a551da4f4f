import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { isRecord, parseEvents, readEvents, textOf } from "../testing/client.ts";
import { type FaultyDatabase, faultyDatabase, QUOTED } from "../testing/faulty-database.ts";
import { until } from "../testing/folder.ts";
import { type Told, toldToSubscriber } from "../testing/subscriber.ts";

let database: FaultyDatabase;
let agent: TestAgent;
beforeAll(async () => {
  database = await faultyDatabase();
  agent = await testAgent({ FLAME_LOG_LEVEL: "trace", FLAME_RATE_LIMIT_PER_MINUTE: "0" }, database.open);
});
afterAll(async () => {
  database.fail(undefined);
  await agent.stop();
});

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;
const REFERENCE = new RegExp(`\\(reference (${UUID.source})\\)`);

/** Statements that fail, and what of a turn needs them. */
const FAULTS = [
  { fault: "messages aren't stored", statements: /insert into public\.mastra_messages/ },
  { fault: "messages aren't read", statements: /from\s+"?public"?\."?mastra_messages/i },
  { fault: "threads aren't there", statements: /mastra_threads/i },
  { fault: "runs aren't looked up", statements: /mastra_workflow_snapshot/i },
  { fault: "events aren't stored", statements: /flame\.turn_events/ },
  { fault: "events aren't stored while the turn runs", statements: /insert into flame\.turn_events[^$]*select batch/ },
  { fault: "turns aren't noted", statements: /flame\.turns/ },
  { fault: "nothing is done", statements: /./ },
] as const;

const said = (text: string) => [{ role: "user", content: text }];

/** A route that tells of a turn. */
interface Route {
  readonly path: string;
  /** Takes a turn in the thread; `fail` is called when the database is to fail from. */
  readonly ask: (thread: string, fail: () => void) => Promise<Told>;
}

function asked(path: string, body: (thread: string) => unknown): Route {
  return {
    path,
    async ask(thread, fail) {
      fail();
      const response = await agent.post(path, body(thread), { signal: AbortSignal.timeout(20_000) });
      return { status: response.status, text: await response.text() };
    },
  };
}

/** A turn that a message begins, whose client is refused or else told of it as a subscriber, from before or after. */
function subscribed(when: "before" | "after"): Route {
  return {
    path: `threads/subscribe, ${when} the fault`,
    ask(threadId, fail) {
      if (when === "after") fail();
      const thread = { threadId, resourceId: "r" };
      return toldToSubscriber(agent, thread, "count to 3", when === "before" ? fail : undefined);
    },
  };
}

/** Every route that streams a turn, and `generate`, which answers whole. */
const STREAMS: readonly Route[] = [
  asked("/turns", (thread) => ({ message: "count to 3", thread, resource: "r" })),
  asked("/chat", (id) => ({
    id,
    resource: "r",
    messages: [{ id: "1", role: "user", parts: [{ type: "text", text: "count to 3" }] }],
  })),
  asked("/api/agents/flame/stream", (thread) => ({
    messages: said("count to 3"),
    memory: { thread, resource: "r" },
  })),
  subscribed("before"),
  subscribed("after"),
];
const ROUTES: readonly Route[] = [
  ...STREAMS,
  asked("/api/agents/flame/generate", (thread) => ({
    messages: said("count to 3"),
    memory: { thread, resource: "r" },
  })),
];

/** What the answer tells of a failure: the whole of it, or its event. */
function failureIn(status: number, text: string): string | undefined {
  if (status !== 200) return text;
  return parseEvents(text)
    .filter(({ event, data }) => event === "error" || (isRecord(data) && data.type === "error"))
    .map(({ data }) => JSON.stringify(data))
    .at(-1);
}

/** How many answers the thread's memory has. */
async function answersIn(thread: string): Promise<number> {
  const { pool } = await database.open();
  const { rows } = await pool.query(
    "select from public.mastra_messages where role = 'assistant' and strpos(thread_id, $1) > 0",
    [thread],
  );
  return rows.length;
}

/** The words of an answer, streamed or whole. */
function answerIn(text: string): unknown {
  if (text.startsWith("{")) return JSON.parse(text).text;
  const deltas = parseEvents(text).map(({ event, data }) => {
    if (!isRecord(data) || (event !== "text" && data.type !== "text-delta")) return "";
    return isRecord(data.payload) ? data.payload.text : data.delta;
  });
  return deltas.join("");
}

describe.each(FAULTS)("where $fault", ({ statements }) => {
  it.each(ROUTES)("$path tells a reference that is in the log, and nothing of the database", async ({ ask }) => {
    const thread = crypto.randomUUID();
    const before = agent.log.length;
    const { status, text } = await ask(thread, () => database.fail(statements));
    database.fail(undefined);
    expect(text).not.toContain(QUOTED);
    expect(text).not.toMatch(/duplicate key|MASTRA_|node_modules/);
    const lines = agent.log.slice(before);
    expect(lines.filter((line) => line.includes(QUOTED))).toEqual([]);
    const failure = failureIn(status, text);
    // What one route doesn't need fails nothing there: it ends as it always does, with the whole answer.
    if (failure === undefined) {
      expect(text).toMatch(/"finishReason":"stop"|"reason":"stop"/);
      return expect(answerIn(text)).toBe("1 2 3");
    }
    const [, reference = "none"] = REFERENCE.exec(failure) ?? [];
    expect(failure).toMatch(REFERENCE);
    const found = lines.filter((line) => line.includes(reference));
    expect(found.some((line) => line.includes('"level":50') && line.includes('"error"'))).toBe(true);
  });

  it.each(ROUTES)("$path leaves a thread that the next turn can be taken in", async ({ ask }) => {
    const thread = crypto.randomUUID();
    await ask(thread, () => database.fail(statements));
    database.fail(undefined);
    const { status, text } = await ask(thread, () => {});
    expect([failureIn(status, text), answerIn(text)]).toEqual([undefined, "1 2 3"]);
  });
});

describe("a failure in the middle of a turn", () => {
  const faultOf = async (path: string, body: unknown, statements: RegExp) => {
    const { text } = await asked(path, () => body).ask("", () => database.fail(statements));
    database.fail(undefined);
    return text;
  };

  it("is an error event with a reference where the answer isn't stored, on every stream", async () => {
    for (const { path, ask } of STREAMS) {
      const told = await ask(crypto.randomUUID(), () => database.fail(/insert into public\.mastra_messages/));
      database.fail(undefined);
      expect([path, told.status, failureIn(told.status, told.text)]).toEqual([
        path,
        200,
        expect.stringMatching(REFERENCE),
      ]);
    }
  });

  it.each([
    { code: "54000", told: "More is to be stored at once than the database takes", status: 413, turn: "too-large" },
    { code: "57P01", told: "The database doesn't take requests now", status: 503, turn: "failed" },
  ])("is told by what may be done about it: $code", async ({ code, told, status, turn }) => {
    for (const { path, ask } of ROUTES) {
      const answer = await ask(crypto.randomUUID(), () => database.fail(/insert into public\.mastra_messages/, code));
      database.fail(undefined);
      const whole = path.endsWith("generate");
      const failure = failureIn(answer.status, answer.text);
      expect([path, answer.status, failure]).toEqual([path, whole ? status : 200, expect.stringContaining(told)]);
      if (path === "/turns") expect(failure).toContain(`"code":"${turn}"`);
    }
  });

  it("can be mended where the last of what a turn told turns out not to be stored", async () => {
    const release = Promise.withResolvers<void>();
    database.fail(/insert into flame\.turn_events[^$]*select batch/, "23505", release.promise);
    const thread = crypto.randomUUID();
    const response = await agent.post("/turns", { message: "count to 3", thread, resource: "r" });
    await until("the answer is stored", async () => (await answersIn(thread)) === 1);
    release.resolve();
    const told = parseEvents(await response.text());
    database.fail(undefined);
    expect(told.map(({ event, data }) => [event, isRecord(data) && data.code])).toEqual([
      ["start", undefined],
      ["error", "interrupted"],
    ]);

    const turns = await (await agent.get(`/turns?thread=${thread}&resource=r`)).json();
    expect(turns).toMatchObject({ turns: [{ state: "interrupted", resumable: true }] });
    const { pool } = await database.open();
    const { rows } = await pool.query("select id from flame.turns where thread = $1", [thread]);
    const resumed = await readEvents(await agent.post(`/turns/${rows[0].id}/resume?resource=r`, undefined));
    expect([textOf(resumed), resumed.at(-1)?.event]).toEqual(["1 2 3", "end"]);
    expect(await answersIn(thread)).toBe(1);
  });

  it("fails its turn, whose record says so too", async () => {
    const text = await faultOf("/turns", { message: "count to 3" }, /insert into public\.mastra_messages/);
    const [start] = parseEvents(text);
    const id = isRecord(start?.data) ? start.data.turn : "";
    expect(await (await agent.get(`/turns/${id}`)).json()).toMatchObject({ state: "failed", failure: "failed" });
    expect(parseEvents(text).at(-1)).toEqual({
      event: "error",
      data: {
        code: "failed",
        message: expect.stringMatching(REFERENCE),
        reference: expect.stringMatching(UUID),
      },
    });
  });

  it("of a tool is told to the model and to the client by its reference", async () => {
    const asked = await agent.turn('Send "hi" to ada@example.org', crypto.randomUUID());
    const approval = asked.find(({ event }) => event === "approval")?.data;
    const id = isRecord(approval) ? approval.id : "";
    const before = agent.log.length;
    const text = await faultOf(`/approvals/${id}/approve`, undefined, /flame\.outbox/);
    expect(text).not.toContain(QUOTED);
    const lines = agent.log.slice(before);
    expect(lines.filter((line) => line.includes(QUOTED))).toEqual([]);
    const [, reference = "none"] = REFERENCE.exec(textOf(parseEvents(text))) ?? [];
    expect(lines.some((line) => line.includes(reference) && line.includes("tool failed"))).toBe(true);
  });
});

it("each request has a reference of its own, which all its lines bear", async () => {
  const before = agent.log.length;
  await Promise.all([1, 2, 3].map(() => agent.turn("hi")));
  const references = agent.log
    .slice(before)
    .map((line) => JSON.parse(line))
    .filter(({ msg, route }) => msg === "request" && route === "/turns")
    .map(({ reference }) => reference);
  expect(new Set(references).size).toBe(3);
  for (const reference of references) expect(reference).toMatch(UUID);
});
