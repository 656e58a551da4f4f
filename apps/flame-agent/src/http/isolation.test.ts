import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../database/dump.ts";
import { qualified } from "../database/dump-format.ts";
import type { Database } from "../database/index.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { atEndOfSuite } from "../testing/at-end.ts";
import { ATTACKS, type Attack, type Attacker, KEY, MARK, THREADS, TOKENS, type Victim } from "../testing/attacks.ts";
import { readEvents, readerOf, readRest } from "../testing/client.ts";
import { testDatabase } from "../testing/database.ts";
import { issuerVariables, keyServer } from "../testing/issuer.ts";
import { isRecord } from "./is-record.ts";

/** How long an attacker listens to a stream that has no end of its own. */
const LISTENED_MILLISECONDS = 100;

let database: Database;
let agent: TestAgent;
let victim: Victim;
/** Every row that there was when only the victim had any, and those of its threads. */
let before: ReadonlySet<string>;
let threadsBefore: ReadonlySet<string>;

const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const ask = (method: string, { path, body, headers }: Attack, token: string) =>
  agent.get(path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { ...as(token).headers, "content-type": "application/json", ...headers },
  });

const atEnd = atEndOfSuite();
beforeAll(async () => {
  const keys = await keyServer(atEnd);
  database = await testDatabase();
  agent = await testAgent(
    {
      ...issuerVariables(keys.url),
      FLAME_ACCESS_TOKEN: "operator-token-0123456789",
      FLAME_TENANT_TOKENS: `acme=${TOKENS.acme},globex=${TOKENS.globex}`,
      // It is given its database below; that none other is made for it is said here.
      FLAME_DATABASE: "embedded",
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
      FLAME_MODEL_TOKENS_PER_SECOND: "10000",
    },
    async () => database,
  );
  victim = await provideVictim();
  before = await rows();
  threadsBefore = await rows(OF_THREADS);
  // Threads of the attackers' own, to bring the victim's ids into.
  for (const { token, resource } of Object.values(ATTACKERS)) {
    const made = { threadId: `mine-of-${resource}`, resourceId: resource };
    await agent.post("/api/memory/threads?agentId=flame", made, as(token));
  }
});
afterAll(() => {
  agent.hurry.abort();
  return agent.stop();
});

const ATTACKERS: Readonly<Record<string, Attacker>> = {
  "another tenant": { token: TOKENS.globex, resource: "ada" },
  "another user": { token: TOKENS.acme, resource: "bob" },
  "another user with a token": { token: TOKENS.bob, resource: "bob", user: "bob" },
  "another user with a token who says it is the victim": { token: TOKENS.bob, resource: "ada", user: "bob" },
};

describe("ids of somebody else's", () => {
  it("are tried on every route", () => {
    expect(threadsBefore.size).toBeGreaterThan(THREADS.length);
    const served = agent.routes
      .filter(({ path }) => !path.includes("*"))
      .map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(ATTACKS).toSorted()).toEqual(served.toSorted());
  });

  const cases = Object.keys(ATTACKERS).flatMap((who) => Object.keys(ATTACKS).map((route) => ({ who, route })));
  it.each(cases)("sent by $who to $route read, write and move nothing", async ({ who, route }) => {
    const attacker = ATTACKERS[who];
    const attacks = ATTACKS[route];
    if (!attacker || !attacks || attacks === "no ids") return;
    const [method = ""] = route.split(" ");
    const { turn, keyedTurn, waitingTurn, interruptedTurn, approval, outbox } = victim;
    // Messages of the attacker's own have the id of one turn by now.
    const own = /\/(chat|generate|stream|messages)$/.test(route) ? [] : [turn];
    const known = [MARK, ...own, keyedTurn, waitingTurn, interruptedTurn, approval, outbox];
    for (const attack of attacks(victim, attacker)) {
      const response = await ask(method, attack, attacker.token);
      const text = route.endsWith("/subscribe") ? await firstText(response) : await response.text();
      for (const unknown of known.filter((one) => !JSON.stringify(attack).includes(one)))
        expect(`${response.status} ${text}`).not.toContain(unknown);
      expect(response.status).toBeLessThan(500);
      const pretends = attacker.user !== undefined && attacker.user !== attacker.resource && !attack.unnamed;
      const refused = attacker.token === TOKENS.globex ? attack.absent : pretends ? 403 : attack.refused;
      if (attack.refused !== undefined && refused !== undefined)
        expect([attack.path, response.status]).toEqual([attack.path, refused]);
      const after = await rows();
      expect([...before].filter((row) => !after.has(row))).toEqual([]);
      expect([...(await rows(OF_THREADS))].filter((row) => !threadsBefore.has(row))).toEqual([]);
    }
  });

  it("leave the victim all that it has", async () => {
    const path = `/api/memory/threads/${victim.thread}/messages?agentId=flame&resourceId=ada`;
    const body: unknown = await (await agent.get(path, as(TOKENS.acme))).json();
    if (!isRecord(body) || !Array.isArray(body.messages)) throw new Error("The victim has no messages");
    expect(body.messages.map(({ id }) => id)).toEqual(expect.arrayContaining([victim.message, victim.turn]));
    const approved = await agent.post(`/approvals/${victim.approval}/approve`, {}, as(TOKENS.acme));
    expect((await readEvents(approved)).at(-1)?.event).toBe("end");
  });
});

/** Gives acme's ada a thread with messages, turns, one of which waits, a document and a sent message. */
async function provideVictim(): Promise<Victim> {
  const { acme } = TOKENS;
  const thread = { threadId: "trips", resourceId: "ada", title: MARK, metadata: { colour: "teal", of: MARK } };
  await agent.post("/api/memory/threads?agentId=flame", thread, as(acme));
  const turnIn = async (name: string, message: string, headers: Readonly<Record<string, string>> = {}) => {
    const asked = { message, thread: name, resource: "ada" };
    const sent = await agent.post("/turns", asked, { headers: { ...as(acme).headers, ...headers } });
    const events = await readEvents(sent);
    const [start] = events;
    const approval = events.find(({ event }) => event === "approval");
    return { turn: idIn(start?.data, "turn"), approval: approval && idIn(approval.data, "id") };
  };
  const message = { id: "1", role: "user", content: `Remember ${MARK}.` };
  await agent.post(
    "/api/agents/flame/generate",
    { messages: [message], memory: { thread: "trips", resource: "ada" } },
    as(acme),
  );
  const { turn } = await turnIn("trips", `My name is ${MARK}.`);
  await agent.post("/documents", { id: "guide", title: MARK, content: `The capital is ${MARK}.` }, as(acme));
  const sent = await turnIn("sent", `Send "${MARK}" to ada@example.org`);
  await (await agent.post(`/approvals/${sent.approval}/approve`, {}, as(acme))).text();
  const outbox: unknown = await (await agent.get("/outbox", as(acme))).json();
  const waiting = await turnIn("waits", `Send "${MARK}" to bob@example.org`);
  const { turn: keyedTurn } = await turnIn("keyed", `My town is ${MARK}.`, { "idempotency-key": KEY });
  const { turn: interruptedTurn } = await turnIn("left", `My colour is ${MARK}.`);
  await database.pool.query("update flame.turns set state = 'interrupted' where id = $1", [interruptedTurn]);
  return {
    thread: "trips",
    message: "1",
    turn,
    keyedTurn,
    waitingTurn: waiting.turn,
    interruptedTurn,
    waitingThread: "waits",
    approval: waiting.approval ?? "",
    document: "guide",
    outbox: isRecord(outbox) && Array.isArray(outbox.messages) ? idIn(outbox.messages[0], "id") : "",
  };
}

function idIn(value: unknown, name: string): string {
  const id = isRecord(value) ? value[name] : undefined;
  if (typeof id !== "string") throw new Error(`no ${name} in ${JSON.stringify(value)}`);
  return id;
}

/** Rows that are about a thread of the victim's, by the name in the store or by tenant and name. */
const OF_THREADS = `acme:(?:${THREADS.join("|")})\\M|,acme,"?(?:${THREADS.join("|")})"?,`;

/** All rows of all tables whose text has such a place, by their digests. */
async function rows(place = ""): Promise<ReadonlySet<string>> {
  const tables = (await tablesOf(database.pool)).map(
    (table) =>
      `select '${table.name} ' || md5(one::text) as row from ${qualified(table)} as one where one::text ~ '${place}'`,
  );
  const found = await database.pool.query<{ row: string }>(tables.join(" union all "));
  return new Set(found.rows.map(({ row }) => row));
}

/** What a stream that doesn't end says in its first LISTENED_MILLISECONDS. */
async function firstText(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return response.text();
  const reader = readerOf(response);
  const leave = setTimeout(() => void reader.cancel(), LISTENED_MILLISECONDS);
  const text = await readRest(reader);
  clearTimeout(leave);
  return text;
}
