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
