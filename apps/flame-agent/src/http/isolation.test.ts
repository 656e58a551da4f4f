import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tablesOf } from "../database/dump.ts";
import { qualified } from "../database/dump-format.ts";
import type { Database } from "../database/index.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { atEndOfSuite } from "../testing/at-end.ts";
import { readEvents, readerOf, readRest } from "../testing/client.ts";
import { testDatabase } from "../testing/database.ts";
import { issuerVariables, keyServer, signed } from "../testing/issuer.ts";
import { isRecord } from "./is-record.ts";

/** Stands in everything that the victim has, and in nothing that anybody else sends. */
const MARK = "Zanzibar";
const TOKENS = {
  acme: "acme-token-0123456789",
  globex: "globex-token-0123456789",
  bob: await signed({ sub: "bob" }, { expires: "1h" }),
};
/** How long an attacker listens to a stream that has no end of its own. */
const LISTENED_MILLISECONDS = 100;

/** What the victim, acme's user ada, has: one id of each kind. */
interface Victim {
  readonly thread: string;
  readonly message: string;
  readonly turn: string;
  /** The one that its request's key stands for. */
  readonly keyedTurn: string;
  readonly waitingTurn: string;
  /** May be resumed. */
  readonly interruptedTurn: string;
  readonly waitingThread: string;
  readonly approval: string;
  readonly document: string;
  readonly outbox: string;
}
/**
 * Who asks: another tenant, which takes the names of the victim's user too; another user of the same tenant by the
 * tenant's token; or one by a token of its own, who names itself or the victim.
 */
interface Attacker {
  readonly token: string;
  /** The user that it names. */
  readonly resource: string;
  /** The user of its token; absent: the token speaks for its whole tenant. */
  readonly user?: string;
}
interface Attack {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What another user must be told; absent where it is a request of its own that only names the victim's ids. */
  readonly refused?: number;
  /** What another tenant must be told; absent where it has something of its own by the same name. */
  readonly absent?: number;
  /** Whether it names no user, so that the token's own is meant. */
  readonly unnamed?: boolean;
}

/** The key of a turn of the victim's. */
const KEY = "key-of-ada";
/** The victim's threads. */
const THREADS = ["trips", "sent", "waits", "left", "keyed"];

const user = (id: string) => [{ id, role: "user", content: "Mine now." }];
const search = (values: Readonly<Record<string, string>>) => new URLSearchParams(values).toString();
/** A turn of Mastra's in the victim's thread, and one in a thread of the attacker's own under each id of the victim's. */
const turns =
  (path: string) =>
  (it: Victim, { resource }: Attacker): readonly Attack[] => [
    { path, body: { messages: "Mine now.", memory: { thread: it.thread, resource } }, refused: 409 },
    {
      path,
      body: { messages: "Mine now.", memory: { thread: { id: it.thread, title: "x" }, resource } },
      refused: 409,
    },
    ...[it.message, it.turn, `${it.turn}-answer`].map((id) => ({
      path,
      body: { messages: user(id), memory: { thread: `mine-of-${resource}`, resource } },
    })),
    { path, body: { messages: user(it.message) } },
    {
      path,
      body: {
        messages: [{ ...user(it.message)[0], threadId: it.thread, resourceId: "ada" }],
        memory: { thread: `mine-of-${resource}`, resource },
      },
      refused: 400,
    },
  ];
const signals =
  (path: string) =>
  (it: Victim, { resource }: Attacker): readonly Attack[] => [
    { path, body: { message: "Mine now.", threadId: it.thread, resourceId: resource }, refused: 409 },
  ];
const onThread =
  (part: string, body?: object) =>
  (it: Victim, { resource }: Attacker): readonly Attack[] =>
    [it.thread, `acme:${it.thread}`].map((thread) => ({
      path: `/api/memory/threads/${encodeURIComponent(thread)}${part}?${search({ agentId: "flame", resourceId: resource })}`,
      ...(body && { body: { ...body, resourceId: resource } }),
      refused: 403,
    }));
/** Things of a tenant, whose users they aren't kept apart by: another user may have them, another tenant not. */
const ofTenant =
  (paths: (it: Victim) => readonly Attack[]) =>
  (it: Victim, { token }: Attacker): readonly Attack[] =>
    token === TOKENS.globex ? paths(it) : [];
/** Things of a user: asked for in the attacker's name, and in nobody's by who has a token of its own. */
const ofUser =
  (paths: (it: Victim) => readonly Attack[]) =>
  (it: Victim, { token, resource, user }: Attacker): readonly Attack[] =>
    paths(it).flatMap(({ path, ...others }) => {
      const attack = { ...others, ...(others.refused !== undefined && { absent: others.refused }) };
      return [
        { path: `${path}${path.includes("?") ? "&" : "?"}${search({ resource })}`, ...attack },
        ...(token === TOKENS.acme ? [] : [{ path, ...attack, ...(user && { unnamed: true }) }]),
      ];
    });

/** How each route is attacked. A route without ids of anybody is said to be one. */
const ATTACKS: Readonly<Record<string, "no ids" | ((it: Victim, attacker: Attacker) => readonly Attack[])>> = {
  "GET /health": "no ids",
  "GET /ready": "no ids",
  "GET /metrics": "no ids",
  "GET /openapi.json": "no ids",
  "GET /api/agents": "no ids",
  "GET /api/agents/:agentId": "no ids",
  "POST /turns": (it, { resource }) => [
    { path: "/turns", body: { message: "Mine now.", thread: it.thread, resource }, refused: 409 },
    { path: "/turns", body: { message: "Mine now.", resource }, headers: { "idempotency-key": KEY } },
  ],
  "GET /turns": (it, { resource }) => [
    { path: `/turns?${search({ thread: it.thread, resource })}` },
    { path: `/turns?${search({ thread: `mine-of-${resource}`, resource, after: it.turn })}` },
  ],
  "GET /turns/:id": ofUser((it) => [it.turn, it.waitingTurn].map((id) => ({ path: `/turns/${id}`, refused: 404 }))),
  "POST /turns/:id/resume": ofUser((it) =>
    [it.turn, it.waitingTurn, it.interruptedTurn].map((id) => ({ path: `/turns/${id}/resume`, refused: 404 })),
  ),
  "GET /turns/:id/events": ofUser((it) => [
    { path: `/turns/${it.turn}/events`, refused: 404 },
    { path: `/turns/${it.turn}/events`, headers: { "last-event-id": "1" }, refused: 404 },
    { path: `/turns/${it.turn}/events?${search({ thread: it.thread })}`, refused: 404 },
  ]),
  "POST /chat": (it, { resource }) => [
    {
      path: "/chat",
      body: { id: it.thread, messages: [{ role: "user", parts: [{ type: "text", text: "Mine now." }] }], resource },
      refused: 409,
    },
    ...[it.message, it.turn, `${it.turn}-answer`].map((id) => ({
      path: "/chat",
      headers: { "idempotency-key": KEY },
      body: {
        id: `mine-of-${resource}`,
        messages: [{ id, role: "user", parts: [{ type: "text", text: "Mine now." }] }],
        resource,
      },
    })),
    {
      path: "/chat",
      body: {
        id: it.waitingThread,
        messages: [
          {
            role: "assistant",
            parts: [
              {
                type: "tool-send_message",
                toolCallId: "c",
                state: "approval-responded",
                approval: { id: it.approval, approved: true },
              },
            ],
          },
        ],
        resource,
      },
      refused: 404,
    },
  ],
  "GET /chat/:id/stream": ofUser((it) =>
    [{}, { headers: { "last-event-id": "2.1" } }].map((more) => ({
      path: `/chat/${it.waitingThread}/stream`,
      ...more,
      refused: 204,
    })),
  ),
  "GET /approvals": ofUser((it) => [{ path: "/approvals" }, { path: `/approvals?after=${it.approval}` }]),
  "GET /approvals/:id": ofUser((it) => [{ path: `/approvals/${it.approval}`, refused: 404 }]),
  "POST /approvals/:id/approve": ofUser((it) => [{ path: `/approvals/${it.approval}/approve`, refused: 404 }]),
  "POST /approvals/:id/reject": ofUser((it) => [{ path: `/approvals/${it.approval}/reject`, refused: 404 }]),
  "POST /documents": ofTenant((it) => [{ path: "/documents", body: { id: it.document, content: "Mine now." } }]),
  "GET /documents": ofTenant((it) => [{ path: "/documents" }, { path: `/documents?after=${it.document}` }]),
  "GET /documents/:id": ofTenant((it) => [{ path: `/documents/${it.document}` }]),
  "DELETE /documents/:id": ofTenant((it) => [{ path: `/documents/${it.document}` }]),
  "GET /outbox": (it, { token }) =>
    token === TOKENS.acme
      ? []
      : ["/outbox", `/outbox?after=${it.outbox}`].map((path) => ({
          path,
          ...(token !== TOKENS.globex && { refused: 403, unnamed: true }),
        })),
  "POST /api/agents/:agentId/generate": turns("/api/agents/flame/generate"),
  "POST /api/agents/:agentId/stream": turns("/api/agents/flame/stream"),
  "POST /api/agents/:agentId/send-message": signals("/api/agents/flame/send-message"),
  "POST /api/agents/:agentId/queue-message": signals("/api/agents/flame/queue-message"),
  "POST /api/agents/:agentId/threads/abort": (it, { resource }) => [
    {
      path: "/api/agents/flame/threads/abort",
      body: { threadId: it.waitingThread, resourceId: resource },
      refused: 403,
    },
  ],
  "POST /api/agents/:agentId/threads/subscribe": (it, { resource }) => [
    { path: "/api/agents/flame/threads/subscribe", body: { threadId: it.thread, resourceId: resource }, refused: 403 },
  ],
  "GET /api/memory/threads": (_, { resource }) => [
    { path: `/api/memory/threads?${search({ agentId: "flame", resourceId: resource })}` },
    { path: `/api/memory/threads?${search({ resourceId: `acme:${resource}`, metadata: '{"colour":"teal"}' })}` },
  ],
  "POST /api/memory/threads": (it, { resource }) => [
    {
      path: "/api/memory/threads?agentId=flame",
      body: { threadId: it.thread, resourceId: resource, title: "x" },
      refused: 409,
    },
  ],
  "GET /api/memory/threads/:threadId": onThread(""),
  "PATCH /api/memory/threads/:threadId": onThread("", { title: "Mine now.", metadata: { a: "b" } }),
  "DELETE /api/memory/threads/:threadId": onThread(""),
  "GET /api/memory/threads/:threadId/messages": (it, attacker) => [
    ...onThread("/messages")(it, attacker),
    {
      path: `/api/memory/threads/mine-of-${attacker.resource}/messages?${search({
        resourceId: attacker.resource,
        perPage: "0",
        include: JSON.stringify([{ id: it.message, withPreviousMessages: 9, withNextMessages: 9 }, { id: it.turn }]),
      })}`,
    },
  ],
};

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
