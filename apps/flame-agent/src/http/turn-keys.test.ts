import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import {
  isRecord,
  parseEvents,
  readEvents,
  readerOf,
  readRest,
  readUntil,
  type StreamEvent,
} from "../testing/client.ts";
import { lastingDatabase, onDatabase } from "../testing/database.ts";
import { POSTGRESQL_URL } from "../testing/postgresql.ts";

const ACME = "acme-token-0123456789";
const GLOBEX = "globex-token-0123456789";

let agent: TestAgent;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_ACCESS_TOKEN: "operator-token-0123456789",
    FLAME_TENANT_TOKENS: `acme=${ACME},globex=${GLOBEX}`,
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
    FLAME_MODEL_TOKENS_PER_SECOND: "40",
  });
});
afterAll(async () => {
  agent.hurry.abort();
  await agent.stop();
});

const say = (body: object, key: string, token = ACME) =>
  agent.post("/turns", body, { headers: { authorization: `Bearer ${token}`, "idempotency-key": key } });
const ask = async (path: string, token = ACME): Promise<unknown> =>
  (await agent.get(path, { headers: { authorization: `Bearer ${token}` } })).json();
const turnOf = (events: readonly StreamEvent[]) => {
  const data = events.find(({ event }) => event === "start")?.data;
  return isRecord(data) ? String(data.turn) : undefined;
};
const Turns = z.object({ turns: z.array(z.looseObject({ id: z.uuid(), state: z.string() })) });
const listed = async (query: string, token = ACME) => Turns.parse(await ask(`/turns?${query}`, token)).turns;

describe("an Idempotency-Key", () => {
  it("makes one turn of a request that is sent again, and one approval, with the same events for both", async () => {
    const body = { message: 'Send "hello" to ada@example.com', thread: "once" };
    const [one, other] = await Promise.all([say(body, "k-1"), say(body, "k-1")]);
    const [first, second] = [await readEvents(one), await readEvents(other)];
    expect(second).toEqual(first);
    expect(await readEvents(await say(body, "k-1"))).toEqual(first);
    expect(await ask("/approvals?state=pending")).toMatchObject({ approvals: [{ turn: turnOf(first) }] });
    expect(await listed("thread=once")).toMatchObject([{ id: turnOf(first), state: "waiting" }]);
  });

  it("has a second caller join a turn that runs, from its beginning and to its end", async () => {
    const body = { message: "count to 30", thread: "joined" };
    const running = readerOf(await say(body, "k-2"));
    const seen = await readUntil(running, '" 3"');
    const joined = await readEvents(await say(body, "k-2"));
    expect(joined).toEqual(parseEvents(seen + (await readRest(running))));
    expect(await listed("thread=joined")).toHaveLength(1);
  });

  it("with another body is refused, and its turn named", async () => {
    const first = await readEvents(await say({ message: "hello", thread: "a" }, "k-3"));
    for (const body of [{ message: "hullo", thread: "a" }, { message: "hello", thread: "b" }, { message: "hello" }]) {
      const refused = await say(body, "k-3");
      expect([refused.status, await refused.json()]).toEqual([
        422,
        { error: expect.stringMatching(/Idempotency-Key.*same body again, or a new key/), turn: turnOf(first) },
      ]);
    }
  });

  it("is its resource's and its tenant's own", async () => {
    const turns = await Promise.all(
      [
        { body: { message: "hello", resource: "ada" }, token: ACME },
        { body: { message: "hello", resource: "bob" }, token: ACME },
        { body: { message: "hello", resource: "ada" }, token: GLOBEX },
      ].map(async ({ body, token }) => turnOf(await readEvents(await say(body, "k-4", token)))),
    );
    expect(new Set(turns).size).toBe(3);
  });

  it.each(["two words", "x".repeat(256)])("that is none is refused: %j", async (key) => {
    const response = await say({ message: "hello" }, key);
    expect([response.status, await response.json()]).toEqual([
      400,
      { error: expect.stringMatching(/Idempotency-Key.*255 visible ASCII/) },
    ]);
  });
});

describe("the turns of a thread", () => {
  it("are listed, the latest first and page by page, to their resource and tenant alone", async () => {
    const ids: (string | undefined)[] = [];
    for (const message of ["one", "two", "three"])
      ids.push(turnOf(await readEvents(await say({ message, thread: "list" }, message))));
    const [one, two, three] = ids;
    expect((await listed("thread=list")).map(({ id }) => id)).toEqual([three, two, one]);
    expect((await listed("thread=list&limit=2")).map(({ id }) => id)).toEqual([three, two]);
    expect((await listed(`thread=list&limit=2&after=${two}`)).map(({ id }) => id)).toEqual([one]);
    expect(await listed("thread=list&resource=bob")).toEqual([]);
    expect(await listed("thread=list", GLOBEX)).toEqual([]);
  });

  it("are asked for by a thread", async () => {
    expect(await ask("/turns")).toMatchObject({ error: expect.stringMatching(/allowed: \?thread=/) });
  });
});

describe("a key after a day", () => {
  it("makes a new turn, which it stands for then", async () => {
    const open = await lastingDatabase();
    const own = await testAgent({}, open);
    const body = { message: "hello", thread: "daily" };
    const key = { headers: { "idempotency-key": "daily" } };
    const first = turnOf(await readEvents(await own.post("/turns", body, key)));
    await own.stop();
    await onDatabase(open, ({ pool }) =>
      pool.query("update flame.turn_keys set created_at = now() - interval '1 day'"),
    );
    const next = await testAgent({}, open);
    const second = turnOf(await readEvents(await next.post("/turns", body, key)));
    expect(second).not.toBe(first);
    expect(turnOf(await readEvents(await next.post("/turns", body, key)))).toBe(second);
    await next.stop();
  });
});

/** Several agents at once have one database only where that is a server. */
describe.runIf(POSTGRESQL_URL)("a key on two instances at once", () => {
  const SLOW = { FLAME_MODEL_TOKENS_PER_SECOND: "20" };

  it.each([
    { route: "/turns", body: { message: "count to 60", thread: "two" } },
    {
      route: "/chat",
      body: { id: "two", messages: [{ role: "user", parts: [{ type: "text", text: "count to 60" }] }] },
    },
  ])("makes one turn on $route, whose stream the other one joins while it runs", async ({ route, body }) => {
    const open = await lastingDatabase();
    // Neither of them may wait for the thread: the turn is the same.
    const agents = await Promise.all([1, 2].map(() => testAgent({ ...SLOW, FLAME_THREAD_WAIT_SECONDS: "0" }, open)));
    const key = { headers: { "idempotency-key": "both" } };
    const answers = await Promise.all(agents.map((one) => one.post(route, body, key)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const readers = answers.map(readerOf);
    // Both are told of the middle before the turn is over.
    const seen = await Promise.all(readers.map((reader) => readUntil(reader, " 9")));
    const [one] = agents;
    const Listed = z.object({ turns: z.array(z.looseObject({ state: z.string() })) });
    const turns = async () => Listed.parse(await (await one?.get("/turns?thread=two"))?.json()).turns;
    expect(await turns()).toMatchObject([{ state: "running" }]);
    const rest = await Promise.all(readers.map(readRest));
    const [first, second] = seen.map((text, index) => parseEvents(text + rest[index]));
    expect(second).toEqual(first);
    expect(await turns()).toMatchObject([{ state: "completed" }]);
    await Promise.all(agents.map((agent) => agent.stop()));
  });
});

describe("a key on one instance", () => {
  it("has the second request join the turn while it runs, without waiting for its thread", async () => {
    const body = { message: "count to 60", thread: "at-once" };
    const answers = await Promise.all([say(body, "at-once"), say(body, "at-once")]);
    const readers = answers.map(readerOf);
    const seen = await Promise.all(readers.map((reader) => readUntil(reader, " 9")));
    expect(await listed("thread=at-once")).toMatchObject([{ state: "running" }]);
    const rest = await Promise.all(readers.map(readRest));
    const [first, second] = seen.map((text, index) => parseEvents(text + rest[index]));
    expect(second).toEqual(first);
  });
});
