import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { rawAnswer } from "../testing/raw.ts";

const TOKEN = "planted-token-0123456789";
const ACME = "planted-acme-0123456789";
let agent: TestAgent;
let port: number;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_ACCESS_TOKEN: TOKEN,
    FLAME_TENANT_TOKENS: `acme=${ACME}`,
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
    FLAME_BODY_LIMIT_KIB: "16",
    FLAME_MESSAGE_LIMIT_CHARACTERS: "2000",
    FLAME_MODEL_TOKENS_PER_SECOND: "500",
  });
  port = Number(new URL(agent.url).port);
});
afterAll(() => agent.stop());

const CLOSED = "Connection: close\r\n";
const AUTHORIZED = `Authorization: Bearer ${TOKEN}\r\n`;
const head = (line: string, headers = "") =>
  `${line} HTTP/1.1\r\nHost: localhost\r\n${CLOSED}${AUTHORIZED}${headers}\r\n`;

/** The status, and the JSON of the body. */
function parsedAnswer(answer: string): { readonly status: number; readonly body: unknown } {
  const [headers = "", body = ""] = answer.split("\r\n\r\n");
  const text = /transfer-encoding: chunked/i.test(headers) ? body.replace(/(^|\r\n)[0-9a-f]+\r\n/gi, "") : body;
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(headers)?.[1]), body: text === "" ? undefined : JSON.parse(text) };
}

describe("bytes that no client sends", () => {
  it.each([
    { why: "no HTTP at all", bytes: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n", status: 400 },
    {
      why: "two lengths",
      bytes: `${head("POST /turns", "Content-Length: 5\r\nContent-Length: 6\r\n")}hello!`,
      status: 400,
    },
    {
      why: "a length and chunks",
      bytes: `${head("POST /turns", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\nGET /x HTTP/1.1\r\n\r\n`,
      status: 400,
    },
    {
      why: "an encoding that hides chunks",
      bytes: `${head("POST /turns", "Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n")}abc`,
      status: 400,
    },
    { why: "a folded header", bytes: head("GET /health", "X-A: 1\r\n continued\r\n"), status: 400 },
    { why: "a header with a zero", bytes: head("GET /health", "X-A: a\0b\r\n"), status: 400 },
    { why: "a header without a name", bytes: head("GET /health", ": x\r\n"), status: 400 },
    { why: "a space before the colon", bytes: head("GET /health", "Content-Length : 0\r\n"), status: 400 },
    { why: "chunks that aren't", bytes: `${head("POST /turns", "Transfer-Encoding: chunked\r\n")}zz\r\n`, status: 400 },
    {
      why: "chunks with 20 KiB of extensions",
      bytes: `${head("POST /turns", "Transfer-Encoding: chunked\r\n")}1;${"a".repeat(20_000)}\r\nx\r\n0\r\n\r\n`,
      status: 413,
    },
    { why: "a head of 20 KiB", bytes: head("GET /health", `X-A: ${"a".repeat(20_000)}\r\n`), status: 431 },
    { why: "a path of 5,000 characters", bytes: head(`GET /${"a".repeat(5_000)}`), status: 414 },
    { why: "another version", bytes: "GET /health HTTP/9.9\r\n\r\n", status: 400 },
    { why: "a method to trace", bytes: head("TRACE /health"), status: 405 },
    { why: "a tunnel", bytes: head("CONNECT /health"), status: 405 },
    { why: "an unknown method", bytes: head("FLAME /health"), status: 400 },
    { why: "an address as the path", bytes: head("GET http://other/health"), status: 400 },
    { why: "a star as the path", bytes: head("OPTIONS *"), status: 400 },
    { why: "a path that doesn't decode", bytes: head("GET /api/agents/%E0%A4%A"), status: 400 },
    { why: "a zero in the path", bytes: head("GET /documents/a%00b"), status: 400 },
    { why: "a line break in the path", bytes: head("GET /documents/a%0d%0aX-Injected:%201"), status: 400 },
    { why: "a host with a path", bytes: `GET /health HTTP/1.1\r\nHost: a/b\r\n${CLOSED}\r\n`, status: 400 },
    { why: "a host with a user", bytes: `GET /health HTTP/1.1\r\nHost: a@b\r\n${CLOSED}\r\n`, status: 400 },
    { why: "no host", bytes: `GET /health HTTP/1.1\r\n${CLOSED}\r\n`, status: 400 },
    { why: "two hosts", bytes: head("GET /health", "Host: other\r\n"), status: 400 },
  ])("$why: $status with a reason in JSON", async ({ bytes, status }) => {
    const answer = await rawAnswer(port, bytes);
    expect(parsedAnswer(answer)).toEqual({ status, body: { error: expect.any(String) } });
    expect(answer).not.toMatch(/X-Injected|planted/i);
  });

  it("behind a turn end its connection, and never get into its stream", async () => {
    const body = '{"message":"count to 90000"}';
    const turn = `POST /turns HTTP/1.1\r\nHost: localhost\r\n${AUTHORIZED}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const answer = await rawAnswer(port, turn, { later: "\0 nonsense\r\n\r\n", when: "event: text" });
    expect(answer).toMatch(/^HTTP\/1\.1 200/);
    expect(answer).not.toContain("HTTP/1.1 400");
  });

  it("leave the agent as it was", async () => {
    expect(await agent.status("/health")).toBe(200);
    const metrics = await agent.get("/metrics", { headers: { authorization: `Bearer ${TOKEN}` } });
    expect(await metrics.text()).toMatch(/flame_http_requests_refused_total\{reason="malformed"\} \d\d/);
  });
});

describe("a body", () => {
  const post = (path: string, body: string, type = "application/json") =>
    agent.get(path, {
      method: "POST",
      body,
      headers: { "content-type": type, authorization: `Bearer ${TOKEN}` },
    });

  it.each([
    { why: "nested a thousand deep", body: `{"message":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, status: 400 },
    { why: "with a zero character", body: '{"message":"a\\u0000b"}', status: 400 },
    { why: "with half a character", body: '{"message":"\\ud800"}', status: 400 },
    { why: "with a long message", body: JSON.stringify({ message: "a".repeat(2_001) }), status: 413 },
    { why: "above the limit", body: JSON.stringify({ message: "a".repeat(20_000) }), status: 413 },
    { why: "that isn't JSON", body: "{", status: 400 },
    { why: "that is nothing", body: "", status: 400 },
  ])("$why is refused with $status on every route of turns", async ({ body, status }) => {
    for (const path of ["/turns", "/api/agents/flame/stream", "/api/agents/flame/generate"]) {
      const response = await post(path, body);
      expect([path, response.status, await response.json()]).toEqual([
        path,
        status,
        expect.objectContaining({ error: expect.any(String) }),
      ]);
    }
  });

  it("of a document may be longer than a message", async () => {
    expect((await post("/documents", JSON.stringify({ id: "long", content: "word ".repeat(1_000) }))).status).toBe(201);
  });
});

describe("a thousand hostile requests", () => {
  const tried = new Set<string>();

  it.each([4, 5])(
    "get a clear 4xx each on the routes that there are, never a 500 or a leak (seed %i)",
    async (seed) => {
      const request = hostileRequest(agent.routes);
      await fc.assert(
        fc.asyncProperty(request, async ({ route, ...sent }) => {
          tried.add(`${route.method} ${route.path}`);
          await refusesClearly(sent);
        }),
        { numRuns: 250, seed },
      );
    },
  );

  it("were tried on every route", () => {
    expect([...tried].toSorted()).toEqual(agent.routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  });

  it("get the same on paths that aren't routes", async () => {
    await fc.assert(fc.asyncProperty(lostRequest(), refusesClearly), { numRuns: 300, seed: 4 });
  });

  it("get the same when their bytes are broken, or no answer where they can't be a request", async () => {
    await fc.assert(
      fc.asyncProperty(hostileBytes(), async (bytes) => {
        const answer = await rawAnswer(port, bytes, { boundMilliseconds: 150 });
        if (answer === "") return;
        const { status, body } = parsedAnswer(answer);
        expect([status, status >= 400 && status < 500]).toEqual([status, true]);
        expect(body).toMatchObject({ error: expect.stringMatching(/\w/) });
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it("leave the agent as it was, and nothing of them in its log", async () => {
    expect(await agent.status("/health")).toBe(200);
    expect(agent.log.filter((line) => /planted|request failed|unhandled/.test(line))).toEqual([]);
  });
});

interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

async function refusesClearly({ method, path, headers, body }: SentRequest): Promise<void> {
  const response = await agent.get(path, { method, headers, ...(method === "GET" ? {} : { body }) });
  const text = await response.text();
  expect([response.status, response.status >= 400 && response.status < 500]).toEqual([response.status, true]);
  expect(JSON.parse(text)).toMatchObject({ error: expect.stringMatching(/\w/) });
  expect(text).not.toMatch(/planted|node_modules|\bat \w+ \(|select .* from/i);
}

const unknownToken = fc.constantFrom(
  ...[`${TOKEN}x`, "", "a.b.c", "null", "acme", `acme=${ACME}x`, "eyJhbGciOiJub25lIn0.e30."],
);
const anyToken = fc.oneof(fc.constantFrom(TOKEN, ACME), unknownToken);
const garbage = fc.oneof(
  fc.string(),
  fc.json().map((text) => `[${text}]`),
  fc.constantFrom("{", "null", "[]", '"hi"', '{"message":1}', '{"message":"hi","__proto__":{"a":1},"x":1}'),
  fc.constantFrom("messages", "message", "content", "memory", "threadId").map((key) => `{"${key}":{"$ne":null}}`),
  fc.constantFrom('{"message":"a\\u0000"}', '{"id":"\\udfff","content":"x"}', `{"message":"${"a".repeat(3_000)}"}`),
  fc.constant("a".repeat(20_000)),
  fc.constant("[".repeat(5_000)),
);
const contentType = fc.constantFrom("application/json", "text/plain", "multipart/form-data; boundary=x", "a/xml");
const injectedHeaders = fc.constantFrom<Readonly<Record<string, string>>[]>(
  {},
  { "x-mastra-client-type": "studio" },
  { "x-http-method-override": "DELETE" },
  { "x-original-url": "/metrics", "x-rewrite-url": "/metrics" },
  { traceparent: "00-zz-zz-01", tracestate: "a=b,,,=" },
  { "x-forwarded-for": "127.0.0.1, ::1", forwarded: "for=127.0.0.1" },
  { cookie: "session=planted", "x-resource-id": "planted" },
);
const hostileQuery = fc.constantFrom(
  "?requestContext=%7B%22tenant%22%3A%22acme%22%7D",
  "?apiKey=x",
  "?limit=-1",
  "?resourceId[]=a&resourceId[]=b",
  "?%00",
  "?a=%E0%A4%A",
);
const hostileId = fc.constantFrom(
  "11111111-1111-4111-8111-111111111111",
  "%27%20or%201=1",
  "..%2f..%2fmetrics",
  "a%00b",
);

/** What makes a request to a route wrong, beside a body that it doesn't take. */
interface Hostility {
  readonly token: fc.Arbitrary<string>;
  readonly query: fc.Arbitrary<string>;
  readonly method?: "PUT";
}

/** How to be wrong on a route: by a token, where it takes any body and query; by these, where it reads them. */
function hostilityOf({ method, path }: TestAgent["routes"][number]): Hostility {
  const query = fc.oneof(fc.constant(""), hostileQuery);
  // Open to everybody: only another method is wrong.
  if (["/health", "/ready"].includes(path)) return { token: anyToken, query, method: "PUT" };
  if (path === "/metrics") return { token: fc.oneof(fc.constant(ACME), unknownToken), query };
  if (path === "/openapi.json") return { token: unknownToken, query };
  // A list, or a chat that may have nothing to tell: without a query it is told.
  if (method === "GET" && (!path.includes(":") || path.startsWith("/chat/")))
    return { token: anyToken, query: hostileQuery };
  return { token: anyToken, query };
}

/** A request to one of the routes that it may not take: the wrong token, body, id, method or query. */
function hostileRequest(routes: TestAgent["routes"]) {
  const requestTo = (route: TestAgent["routes"][number]) => {
    const { token, query, method = route.method } = hostilityOf(route);
    return fc
      .record({ token, query, id: hostileId, body: garbage, type: contentType, injected: injectedHeaders })
      .map(({ id, body, type, injected, ...sent }) => ({
        route,
        method,
        path: `${route.path.replace(/:\w+/g, (key) => (key === ":agentId" && method !== "GET" ? "flame" : id))}${sent.query}`,
        body,
        headers: { ...injected, "content-type": type, authorization: `Bearer ${sent.token}` },
      }));
  };
  return fc.oneof(...routes.map(requestTo));
}

/** A request to a path that is no route, though it looks like one. */
function lostRequest() {
  const trick = fc.constantFrom(
    "/../../etc/passwd",
    "/turns/../metrics/",
    "/api/../api/system/packages",
    "/api/agents/..%2f..%2fmetrics",
    "/api/agents/flame%00",
    "/api/agents/flame/stream/",
    "/%2e%2e/api/agents/flame/tools",
    "//api//agents",
    "/api/agents/flame;x=1",
    "/API/agents",
    "/api/memory/threads/%F0%28%8C%28",
    "/documents/%0d%0aset-cookie:a=b",
    "/turns/'; drop table flame.turns; --",
    "/approvals/1%27%20or%201=1/approve",
    "/constructor",
    "/__proto__",
    `/${"a".repeat(4_200)}`,
  );
  const method = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE");
  return fc
    .record({ path: trick, method, body: garbage, token: anyToken, type: contentType, injected: injectedHeaders })
    .map(({ token, type, injected, ...sent }) => ({
      ...sent,
      headers: { ...injected, "content-type": type, authorization: `Bearer ${token}` },
    }));
}

/** Bytes near a request: one that is cut, doubled, or has its characters changed. */
function hostileBytes() {
  const request = `POST /turns HTTP/1.1\r\nHost: localhost\r\n${CLOSED}Content-Type: application/json\r\nContent-Length: 16\r\n\r\n{"message":"hi"}`;
  const at = fc.nat({ max: request.length - 1 });
  return fc.oneof(
    fc.tuple(at, fc.nat({ max: 255 })).map(([index, code]) => {
      const bytes = Buffer.from(request, "latin1");
      bytes[index] = code;
      return bytes;
    }),
    at.map((index) => Buffer.from(`${request.slice(0, index)}\0${request.slice(index)}`, "latin1")),
    fc.uint8Array({ minLength: 1, maxLength: 64 }).map((bytes) => Buffer.concat([bytes, Buffer.from("\r\n\r\n")])),
  );
}
