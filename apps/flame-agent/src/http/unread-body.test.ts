import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestAgent, testAgent } from "../testing/agent.ts";
import { rawAnswer } from "../testing/raw.ts";

const TOKEN = "planted-token-0123456789";
const AUTHORIZED = `Authorization: Bearer ${TOKEN}\r\n`;
let agent: TestAgent;
let port: number;
beforeAll(async () => {
  agent = await testAgent({ FLAME_ACCESS_TOKEN: TOKEN, FLAME_BODY_LIMIT_KIB: "4" });
  port = Number(new URL(agent.url).port);
});
afterAll(() => agent.stop());

const post = (path: string, headers: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}\r\n${body}`;

describe("an answer that comes before its body was read", () => {
  it.each([
    { why: "a body above the limit", path: "/turns", headers: AUTHORIZED, status: 413 },
    { why: "a body of Mastra's above the limit", path: "/api/agents/flame/stream", headers: AUTHORIZED, status: 413 },
    { why: "nobody's request", path: "/turns", headers: "", status: 401 },
  ])("says that the connection is closed where the rest never comes: $why", async ({ path, headers, status }) => {
    const answer = await rawAnswer(port, post(path, `${headers}Content-Length: 100000\r\n`, "{"), {
      boundMilliseconds: 5_000,
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toMatch(/\r\nConnection: close\r\n/i);
  });

  it("says so where chunks go on above the limit", async () => {
    const chunks = `1388\r\n${"a".repeat(5_000)}\r\n`;
    const answer = await rawAnswer(port, post("/turns", `${AUTHORIZED}Transfer-Encoding: chunked\r\n`, chunks), {
      boundMilliseconds: 5_000,
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*\r\nConnection: close\r\n/is);
  });

  it("leaves the connection as it was where the rest was there, so that another request can follow", async () => {
    const large = post("/turns", `${AUTHORIZED}Content-Length: 9000\r\n`, "a".repeat(9_000));
    const answer = await rawAnswer(port, large, {
      later: `GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      when: "FLAME_BODY_LIMIT_KIB",
      boundMilliseconds: 5_000,
    });
    expect(answer).toMatch(/^HTTP\/1\.1 413 .*HTTP\/1\.1 200 /s);
    expect(answer.split("HTTP/1.1 200")[0]).not.toMatch(/Connection: close/i);
  });

  it("reaches a client that sends all it has", async () => {
    for (let count = 0; count < 20; count += 1) {
      const response = await agent.post(
        "/turns",
        { message: "a".repeat(3_000_000) },
        { headers: { authorization: `Bearer ${TOKEN}` } },
      );
      expect([response.status, await response.json()]).toEqual([413, { error: expect.stringContaining("4 KiB") }]);
    }
  });
});
