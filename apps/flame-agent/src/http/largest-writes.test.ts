import { beforeAll, describe, expect, it } from "vitest";
import { openCluster } from "../database/cluster.ts";
import { serveCluster } from "../database/embedded.ts";
import { STATEMENT_BYTES_MAX } from "../database/index.ts";
import { gateStatements } from "../database/statement-gate.ts";
import { type TestAgent, testAgent } from "../testing/agent.ts";

const KIB = 1024;
/** Statements of megabytes take seconds on a machine that does other work beside. */
const SLOWLY = { timeout: 120_000 };

let agent: TestAgent;
/** Bytes of the largest statement that an embedded database was given since the test began. */
let largestStatement = 0;
beforeAll(async () => {
  const cluster = await openCluster(undefined);
  gateStatements(cluster, { began: () => {}, ended: () => {} }, (error) => {
    throw error;
  });
  const execute = cluster.execProtocolRawStream;
  cluster.execProtocolRawStream = (message, options) => {
    largestStatement = Math.max(largestStatement, message.length);
    return execute(message, options);
  };
  agent = await testAgent(
    {
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
      FLAME_BODY_LIMIT_KIB: "16384",
      FLAME_MESSAGE_LIMIT_CHARACTERS: "10000000",
    },
    () => serveCluster(cluster),
  );
  return async () => {
    await agent.stop();
    await cluster.close();
  };
});

/** Something large that a client writes, under a name that it has for itself. */
interface Write {
  readonly what: string;
  readonly path: string;
  /** What is found again: it stands in the body, and in what `kept` answers. */
  readonly text: string;
  readonly body: (name: string) => unknown;
  readonly kept: (name: string) => string;
}

const messagesOf = (thread: string) => `/api/memory/threads/${thread}/messages?agentId=flame`;
/** A message that the model answers shortly; the rest of it is filler. */
const counting = (filler: string, length: number) => "count to 3 ".padEnd(length, filler);

function metadata(length: number): Write {
  const text = "x".repeat(length);
  return {
    what: `${length} bytes of metadata`,
    path: "/api/memory/threads?agentId=flame",
    text,
    body: (threadId) => ({ threadId, metadata: { note: text } }),
    kept: (thread) => `/api/memory/threads/${thread}?agentId=flame`,
  };
}

function message(path: string, filler: string, length: number): Write {
  const text = counting(filler, length);
  const bodies: Readonly<Record<string, Write["body"]>> = {
    "/turns": (thread) => ({ message: text, thread }),
    "/chat": (id) => ({ id, messages: [{ id: "1", role: "user", parts: [{ type: "text", text }] }] }),
  };
  const body: Write["body"] = (thread) => ({ messages: [{ role: "user", content: text }], memory: { thread } });
  return {
    what: `${length} characters on ${path}`,
    path,
    text,
    body: bodies[path] ?? body,
    kept: messagesOf,
  };
}

describe("an embedded database takes the largest that may be written, and answers after it", () => {
  it.each([
    { ...metadata(STATEMENT_BYTES_MAX - 64 * KIB), leastKiB: 8_000 },
    // A message is stored as its parts, and once more as its text.
    { ...message("/api/agents/flame/generate", "x", 4_050 * KIB), leastKiB: 8_000 },
    { ...message("/api/agents/flame/stream", "x", 4_050 * KIB), leastKiB: 8_000 },
    // The most characters that these take, in those that are longest in JSON without being escaped.
    { ...message("/turns", "海", 1_000_000), leastKiB: 5_800 },
    { ...message("/chat", "海", 1_000_000), leastKiB: 5_800 },
  ])("$what", SLOWLY, async ({ path, text, body, kept, leastKiB }) => {
    largestStatement = 0;
    const name = crypto.randomUUID();
    const response = await agent.post(path, body(name));
    expect([response.status, await response.text()]).toEqual([200, expect.not.stringMatching(/"type":"error"/)]);
    expect(largestStatement).toBeGreaterThan(leastKiB * KIB);
    expect(largestStatement).toBeLessThanOrEqual(STATEMENT_BYTES_MAX);
    const found = await (await agent.get(kept(name))).text();
    expect(found.includes(text)).toBe(true);
    expect(await agent.ask("count to 3", name)).toBe("1 2 3");
    expect(await agent.status("/ready")).toBe(200);
  });

  it("2000000 characters of a document, which are written in pieces", SLOWLY, async () => {
    largestStatement = 0;
    const response = await agent.post("/documents", { id: "large", content: "海".repeat(2_000_000) });
    expect([response.status, await response.json()]).toEqual([201, expect.objectContaining({ state: "created" })]);
    expect(largestStatement).toBeLessThan(100 * KIB);
    expect(await (await agent.get("/documents/large")).json()).toMatchObject({ passages: 2_000, searchable: true });
    expect(await agent.ask("count to 3")).toBe("1 2 3");
    expect(await agent.status("/ready")).toBe(200);
  });
});

describe("what is larger is refused in clear words, with nothing of it stored, and the database answers after it", () => {
  const REFUSED = /More is to be stored at once than the database takes \(an embedded one: 8 MiB\).*\(reference /;
  it.each([
    { ...metadata(STATEMENT_BYTES_MAX), status: 413 },
    { ...message("/api/agents/flame/generate", "x", 4_200 * KIB), status: 413 },
    { ...message("/api/agents/flame/stream", "x", 4_200 * KIB), status: 200 },
    // Each is six characters in JSON.
    { ...message("/turns", "\u0001", 1_000_000), status: 200 },
    { ...message("/chat", "\u0001", 1_000_000), status: 200 },
  ])("$what", SLOWLY, async ({ path, text, body, kept, status }) => {
    largestStatement = 0;
    const name = crypto.randomUUID();
    const response = await agent.post(path, body(name));
    expect(response.status).toBe(status);
    expect(await response.text()).toMatch(REFUSED);
    expect(largestStatement).toBeGreaterThan(STATEMENT_BYTES_MAX);
    const found = await (await agent.get(kept(name))).text();
    expect(found.includes(JSON.stringify(text).slice(1, -1))).toBe(false);
    expect(await agent.ask("count to 3", name)).toBe("1 2 3");
    expect(await agent.status("/ready")).toBe(200);
  });
});
