import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { testAgent } from "./testing/agent.ts";
import { parseEvents, readEvents, readerOf, readRest, readUntil } from "./testing/client.ts";
import { temporaryFolder, until } from "./testing/folder.ts";

async function agentFor(variables: Record<string, string> = {}) {
  const agent = await testAgent(variables);
  onTestFinished(async () => {
    agent.hurry.abort();
    await agent.stop();
  });
  return agent;
}

describe("a drain", () => {
  it.each([
    { path: "/turns", body: { message: "count to 80" }, end: "event: end" },
    { path: "/api/agents/flame/stream", body: { messages: [{ role: "user", content: "count to 80" }] }, end: "[DONE]" },
  ])("lets the turn on $path finish, refuses new ones, and then closes", async ({ path, body, end }) => {
    const agent = await agentFor({ FLAME_MODEL_TOKENS_PER_SECOND: "100" });
    const reader = readerOf(await agent.post(path, body));
    await readUntil(reader, "10");

    const stopped = agent.stop();
    const refused = await agent.post("/turns", { message: "hi" });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect((await agent.post("/api/agents/flame/stream", { messages: [] })).status).toBe(503);
    const ready = await agent.get("/ready");
    expect([ready.status, await ready.json()]).toEqual([503, { status: "draining", turns: 1 }]);
    expect(await agent.status("/health")).toBe(200);

    const rest = await readRest(reader);
    expect(rest).toContain(" 80");
    expect(rest).toContain(end);
    expect(await stopped).toEqual({ stoppedTurns: 0 });
    await expect(agent.get("/health")).rejects.toThrow("fetch failed");
  });

  it("waits for a turn that a message began and no response waits for", async () => {
    const agent = await agentFor({ FLAME_MODEL_TOKENS_PER_SECOND: "100" });
    const thread = { threadId: "sent", resourceId: "ada" };
    const sent = await agent.post("/api/agents/flame/send-message", { message: "count to 60", ...thread });
    expect(await sent.json()).toMatchObject({ accepted: true });
    const start = performance.now();
    const stopped = agent.stop();
    expect((await agent.post("/api/agents/flame/send-message", { message: "hi", ...thread })).status).toBe(503);
    expect(await stopped).toEqual({ stoppedTurns: 0 });
    expect(performance.now() - start).toBeGreaterThan(400);
  });

  it("stops the turns that run when it must hurry, and tells their clients", async () => {
    const agent = await agentFor({ FLAME_MODEL_TOKENS_PER_SECOND: "10" });
    const reader = readerOf(await agent.post("/turns", { message: "count to 600" }));
    await readUntil(reader, '" 2"');
    const stopped = agent.stop();
    agent.hurry.abort();
    const [error] = parseEvents(await readRest(reader)).slice(-1);
    expect(error).toEqual({
      event: "error",
      data: { code: "shut-down", message: expect.stringMatching(/had to stop/) },
    });
    expect(await stopped).toEqual({ stoppedTurns: 1 });
  });
});

describe("a turn that takes too long", () => {
  it("ends with an error event on /turns and a closed stream on Mastra's", async () => {
    const agent = await agentFor({ FLAME_TURN_MAX_SECONDS: "1", FLAME_MODEL_TOKENS_PER_SECOND: "20" });
    const ours = agent.turn("count to 600");
    const theirs = agent.post("/api/agents/flame/stream", { messages: [{ role: "user", content: "count to 600" }] });
    expect((await ours).at(-1)).toEqual({
      event: "error",
      data: { code: "timed-out", message: expect.stringMatching(/longer than 1 s/) },
    });
    const chunks = (await readEvents(await theirs)).map(({ data }) => data);
    expect(chunks).toContainEqual(expect.objectContaining({ type: "abort" }));
    await until("both are counted", async () =>
      (await agent.metrics()).includes('flame_turns_total{outcome="timed-out"} 2'),
    );
  });
});

describe("a data folder", () => {
  it("keeps threads from one start to the next", async () => {
    const variables = { FLAME_DATA_FOLDER: await temporaryFolder() };
    const first = await agentFor(variables);
    await first.ask("My name is Ada.", "kept");
    await first.stop();
    const second = await agentFor(variables);
    expect(await second.ask("What is my name?", "kept")).toBe("Your name is Ada.");
  });

  it("that can't be written is refused with its reason", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    await expect(testAgent({ FLAME_DATABASE: "embedded", FLAME_DATA_FOLDER: join(file, "below") })).rejects.toThrow(
      /^FLAME_DATA_FOLDER: ".*below" can't be used \(ENOTDIR\).*fix: /,
    );
  });
});

describe("a database that is broken", () => {
  it("is refused with its place, and its folder is given back", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "database"));
    await writeFile(join(folder, "database", "PG_VERSION"), "9.6");
    await expect(testAgent({ FLAME_DATABASE: "embedded", FLAME_DATA_FOLDER: folder })).rejects.toThrow(
      /^FLAME_DATA_FOLDER: the database in ".*database" can't be opened \(.*fix: restore it/,
    );
    expect(await readdir(folder)).toEqual(["database"]);
  });
});

describe("a port that is taken", () => {
  it("is refused with its number", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await until("the other server listens", () => other.listening);
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    await expect(testAgent({ FLAME_PORT: String(port) })).rejects.toThrow(
      new RegExp(`port ${port} \\(EADDRINUSE\\).*fix: `),
    );
  });
});
