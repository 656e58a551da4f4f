import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { captureConsole, createLog } from "../log.ts";
import { testAgent } from "../testing/agent.ts";
import { answeringServer, traceCollector } from "../testing/answering-server.ts";
import { isRecord, readerOf, readRest, readUntil } from "../testing/client.ts";
import { testDatabase } from "../testing/database.ts";
import { faultyDatabase } from "../testing/faulty-database.ts";
import { MARKER, plantEverywhere } from "../testing/marker.ts";
import { testProcess } from "../testing/process.ts";

/** Machines that do other work beside take their time for all routes. */
const SLOWLY = { timeout: 300_000 };
const OPEN = { FLAME_LOG_LEVEL: "trace", FLAME_RATE_LIMIT_PER_MINUTE: "0" };

/** What libraries print, as the process's own log has it. */
function prints(): readonly string[] {
  const lines: string[] = [];
  const methods = ["debug", "info", "log", "warn", "error"] as const;
  const spies = methods.map((name) => vi.spyOn(console, name));
  captureConsole(createLog("trace", { write: (line) => lines.push(line) }));
  onTestFinished(() => {
    for (const spy of spies) spy.mockRestore();
  });
  return lines;
}

const marked = (lines: readonly string[]) => lines.filter((line) => line.includes(MARKER));
const planted = (word: string) => JSON.stringify({ error: { message: word, code: MARKER } });

describe("what a user wrote is in no log line, print, metric or trace", () => {
  it("while every statement of the database fails, quoting it", SLOWLY, async () => {
    const traces = await traceCollector();
    const printed = prints();
    const database = await faultyDatabase(MARKER);
    const agent = await testAgent({ ...OPEN, ...traces.variables }, database.open);
    for (const statements of [/insert|update/i, /./]) {
      database.fail(statements);
      expect(await plantEverywhere(agent)).toBeGreaterThan(100);
    }
    database.fail(undefined);
    const metrics = await agent.metrics();
    await agent.stop();
    expect(agent.log.length).toBeGreaterThan(100);
    expect(traces.spans.length).toBeGreaterThan(0);
    expect(marked([...agent.log, ...printed, ...metrics.split("\n"), ...traces.spans])).toEqual([]);
  });

  it("while a tool fails behind its approval, and what it was to do is quoted", SLOWLY, async () => {
    const traces = await traceCollector();
    const printed = prints();
    const database = await faultyDatabase(MARKER);
    const agent = await testAgent({ ...OPEN, ...traces.variables }, database.open);
    for (const decision of ["approve", "reject"]) {
      const events = await agent.turn(`Send "${MARKER}" to ${MARKER}@example.org`, `${MARKER}-${decision}`);
      const asked = events.find(({ event }) => event === "approval")?.data;
      database.fail(/flame\.outbox/);
      const body = decision === "reject" ? { reason: MARKER } : undefined;
      const decided = await agent.post(`/approvals/${isRecord(asked) && asked.id}/${decision}`, body);
      expect([decided.status, (await decided.text()).includes("duplicate")]).toEqual([200, false]);
      database.fail(undefined);
    }
    const metrics = await agent.metrics();
    await agent.stop();
    expect(agent.log.some((line) => line.includes("tool failed"))).toBe(true);
    expect(marked([...agent.log, ...printed, ...metrics.split("\n"), ...traces.spans])).toEqual([]);
  });

  it("while the embedded database was closed under it, with a turn that runs", SLOWLY, async () => {
    const traces = await traceCollector();
    const printed = prints();
    const database = await testDatabase("embedded");
    const agent = await testAgent({ ...OPEN, ...traces.variables }, async () => database);
    const running = await agent.post("/turns", { message: `count to 9000, ${MARKER}`, thread: MARKER });
    const reader = readerOf(running);
    await readUntil(reader, "event: text");
    await database.close();
    expect(await readRest(reader)).toMatch(/event: error\n.*reference/);
    expect(await plantEverywhere(agent)).toBeGreaterThan(100);
    expect(await agent.status("/ready")).toBe(503);
    const metrics = await agent.metrics();
    await agent.stop();
    expect(agent.log.length).toBeGreaterThan(100);
    expect(traces.spans.length).toBeGreaterThan(0);
    expect(marked([...agent.log, ...printed, ...metrics.split("\n"), ...traces.spans])).toEqual([]);
  });

  it.each([
    {
      why: "refuses",
      embedding: (asked: string, response: ServerResponse) => response.writeHead(400).end(planted(asked)),
    },
    { why: "breaks down", embedding: (asked: string, response: ServerResponse) => response.writeHead(503).end(asked) },
    {
      why: "answers nonsense",
      embedding: (asked: string, response: ServerResponse) => response.end(`{"data": ${asked}`),
    },
  ])("of a process whose embedding's server $why", SLOWLY, async ({ embedding }) => {
    const url = await answeringServer((asked, response) => void embedding(asked, response));
    const traces = await traceCollector();
    const process = testProcess("main.ts", {
      ...OPEN,
      ...traces.variables,
      FLAME_PORT: "0",
      FLAME_EMBEDDING: "openai-compatible",
      FLAME_EMBEDDING_BASE_URL: `${url}/v1`,
      FLAME_EMBEDDING_NAME: "m",
      FLAME_EMBEDDING_DIMENSIONS: "8",
    });
    const client = await process.ready();
    expect(await plantEverywhere(client)).toBeGreaterThan(100);
    const metrics = await client.metrics();
    process.child.kill("SIGTERM");
    await process.exit;
    const lines = process.log().map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(100);
    expect(marked([...lines, process.standardError(), ...metrics.split("\n"), ...traces.spans])).toEqual([]);
  });

  it("of a process that can't get the keys of signed tokens", SLOWLY, async () => {
    const part = (json: object) => Buffer.from(JSON.stringify(json)).toString("base64url");
    const token = `${part({ alg: "RS256", kid: MARKER })}.${part({ tenant: MARKER, sub: MARKER })}.c2lnbmF0dXJl`;
    const traces = await traceCollector();
    const process = testProcess("main.ts", {
      ...OPEN,
      ...traces.variables,
      FLAME_PORT: "0",
      FLAME_JWT_JWKS_URL: "http://127.0.0.1:1/keys",
      FLAME_JWT_ISSUER: "https://id.example",
      FLAME_JWT_AUDIENCE: "flame",
    });
    const client = await process.ready();
    for (const authorization of [`Bearer ${token}`, `Bearer ${MARKER}`])
      expect(await plantEverywhere(client, { authorization })).toBeGreaterThan(100);
    process.child.kill("SIGTERM");
    await process.exit;
    const lines = process.log().map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(100);
    expect(marked([...lines, process.standardError(), ...traces.spans])).toEqual([]);
  });
});
