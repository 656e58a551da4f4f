import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { rawAnswer } from "../testing/raw.ts";

let agent: TestAgent;
let port: number;
beforeAll(async () => {
  agent = await testAgent({
    FLAME_ALLOWED_HOSTS: "agent.example,flame-dev-agent",
    FLAME_CORS_ORIGINS: "https://app.example",
    FLAME_RATE_LIMIT_PER_MINUTE: "0",
  });
  port = Number(new URL(agent.url).port);
});
afterAll(() => agent.stop());

const BODY = '{"message":"hello"}';
const JSON_TYPE = "Content-Type: application/json\r\n";

async function statusOf(line: string, host: string, headers = "", body = ""): Promise<number> {
  const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  const request = `${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}${length}\r\n${body}`;
  const answer = await rawAnswer(port, request, { boundMilliseconds: 10_000 });
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}

/** Every route of the running app, with its parameters filled in. */
const routes = () =>
  agent.routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, "00000000-0000-4000-8000-000000000000")}`);

describe("the header Host", () => {
  it.each([
    "evil.example",
    "evil.example:4111",
    "agent.example.evil.example",
    "evilagent.example",
    "localhost.evil.example",
    "flame-dev",
  ])("of another server is refused on every route: %s", async (host) => {
    for (const route of routes()) expect([route, await statusOf(route, host)]).toEqual([route, 421]);
  });

  it.each([
    "localhost",
    "localhost:4111",
    "app.localhost",
    "127.0.0.1",
    "127.0.0.1:4111",
    "10.244.1.7:4111",
    "[::1]:4111",
    "[fd00::7]",
    "agent.example",
    "agent.example.:443",
    "flame-dev-agent:4111",
  ])("of this one is answered, to probes and scrapes too: %s", async (host) => {
    for (const path of ["/health", "/ready", "/metrics", "/approvals"])
      expect([path, await statusOf(`GET ${path}`, host)]).toEqual([path, 200]);
  });
});

describe("the header Origin", () => {
  it.each([
    "https://evil.example",
    "null",
    "http://localhost:3000",
    "https://app.example:8443",
    "file://",
    "agent.example",
    "",
  ])("of a page elsewhere is refused on every route: %s", async (origin) => {
    for (const route of routes())
      expect([route, await statusOf(route, "localhost:4111", `Origin: ${origin}\r\n`)]).toEqual([route, 403]);
  });

  it.each([
    { host: "localhost:4111", origin: "http://localhost:4111" },
    { host: "127.0.0.1:4111", origin: "http://127.0.0.1:4111" },
    { host: "agent.example", origin: "https://agent.example" },
    { host: "agent.example:443", origin: "https://agent.example" },
    { host: "agent.example:80", origin: "http://agent.example" },
    { host: "localhost:4111", origin: "https://app.example" },
  ])("$origin may call $host", async ({ host, origin }) => {
    expect(await statusOf("POST /turns", host, `Origin: ${origin}\r\n${JSON_TYPE}`, BODY)).toBe(200);
  });
});

describe("a body", () => {
  it.each([
    "text/plain",
    "text/plain; charset=application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonx",
    undefined,
  ])("that doesn't say it is JSON is refused on every route that has one: %s", async (type) => {
    const header = type === undefined ? "" : `Content-Type: ${type}\r\n`;
    for (const route of routes().filter((one) => /^(POST|PUT|PATCH|DELETE)/.test(one)))
      expect([route, await statusOf(route, "localhost", header, BODY)]).toEqual([route, 415]);
  });

  it.each(["application/json", "Application/JSON; charset=utf-8"])("that says so is read: %s", async (type) => {
    expect(await statusOf("POST /turns", "localhost", `Content-Type: ${type}\r\n`, BODY)).toBe(200);
  });
});

it("what is refused is counted by why", async () => {
  const metrics = await agent.metrics();
  expect(metrics).toMatch(/flame_http_requests_refused_total\{reason="host"\} [1-9]/);
  expect(metrics).toMatch(/flame_http_requests_refused_total\{reason="origin"\} [1-9]/);
});
