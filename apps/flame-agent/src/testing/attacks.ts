import { signed } from "./issuer.ts";

/** Stands in everything that the victim has, and in nothing that anybody else sends. */
export const MARK = "Zanzibar";
export const TOKENS = {
  acme: "acme-token-0123456789",
  globex: "globex-token-0123456789",
  bob: await signed({ sub: "bob" }, { expires: "1h" }),
};

/** What the victim, acme's user ada, has: one id of each kind. */
export interface Victim {
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
export interface Attacker {
  readonly token: string;
  /** The user that it names. */
  readonly resource: string;
  /** The user of its token; absent: the token speaks for its whole tenant. */
  readonly user?: string;
}
export interface Attack {
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
export const KEY = "key-of-ada";
/** The victim's threads. */
export const THREADS = ["trips", "sent", "waits", "left", "keyed"];

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
export const ATTACKS: Readonly<Record<string, "no ids" | ((it: Victim, attacker: Attacker) => readonly Attack[])>> = {
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
    [{}, ...[it.waitingTurn, it.turn].map((turn) => ({ headers: { "last-event-id": `${turn}:2.1` } }))].map((more) => ({
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
