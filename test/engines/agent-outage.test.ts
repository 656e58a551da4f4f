import { chown } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { traceCollector } from "../../apps/flame-agent/src/testing/answering-server.ts";
import { MARKER, plantEverywhere } from "../../apps/flame-agent/src/testing/marker.ts";
import { testProcess } from "../../apps/flame-agent/src/testing/process.ts";
import type { AgentClient } from "../support/agent/agent-client.ts";
import { startAgentProcess } from "../support/agent/agent-process.ts";
import { startModelServer } from "../support/agent/model-server.ts";
import { brokenStateRules, turnIdOf } from "../support/agent/state-rules.ts";
import { until } from "../support/agent/until.ts";
import { havePostgresql, startPostgresql } from "./postgresql.ts";
import { maySmallDisk, smallDisk } from "./small-disk.ts";

/** A database that came back is used again within this time, in milliseconds. */
const RECOVERY_MILLISECONDS = 30_000;
/** Words for the documents that fill a disk. */
const LONG_TEXT = Array.from({ length: 6_000 }, (_, index) => `cargo ${index} leaves harbour ${index % 97}.`).join(" ");

/** Turns that stream, on each of the routes that they are taken by, with the marker in all that is said. */
const TURNS = [
  { path: "/turns", body: (thread: string) => ({ message: MARKER, thread }) },
  {
    path: "/chat",
    body: (id: string) => ({ id, messages: [{ id: MARKER, role: "user", parts: [{ type: "text", text: MARKER }] }] }),
  },
  {
    path: "/api/agents/flame/stream",
    body: (id: string) => ({
      messages: [{ role: "user", content: MARKER }],
      memory: { thread: { id, title: MARKER, metadata: { [MARKER]: MARKER } } },
    }),
  },
] as const;

/** A refusal that a client can do something with: its status, and a sentence that isn't the database's own words. */
async function refusal(response: Response): Promise<number> {
  const body: unknown = await response.json();
  expect(body).toMatchObject({ error: expect.stringMatching(/\S+ \S+/) });
  expect(response.status, JSON.stringify(body)).toBeGreaterThanOrEqual(500);
  expect(JSON.stringify(body)).not.toMatch(/ENOSPC|ECONNREFUSED|select |insert |at .*\.ts:/);
  return response.status;
}

async function worksAgain(client: AgentClient, name: string): Promise<void> {
  await until("it may be sent turns again", () => client.ready(), RECOVERY_MILLISECONDS);
  const said = `My ship is ${name}.`;
  const turns = [said, "What is my ship?"].map((message) => ({ message, thread: `after-${name}` }));
  for (const { message, thread } of turns) {
    const report = await client.say(message, thread).report;
    expect(report.outcome).toBe("ended");
    expect(await brokenStateRules(client, [{ message, reports: [report] }])).toEqual([]);
  }
  expect((await client.learn({ id: `after-${name}`, content: "The crane stands still at night." })).status).toBe(201);
}

describe.runIf(havePostgresql())("a database server that goes away", () => {
  it("is told of clearly, cuts no turn that needs it no more, and is used again without a restart", async () => {
    await using model = await startModelServer({ seed: 9 });
    await using server = await startPostgresql({ durable: true });
    const database = await server.newDatabase();
    await using agent = startAgentProcess({ variables: { ...model.variables, ...database.variables } });
    const client = await agent.ready();
    const before = { message: "Tell me of tides", reports: [await client.say("Tell me of tides", "tides").report] };

    model.faults.add({ kind: "slow", firstTokenMilliseconds: 1_500 });
    const during = client.say("Tell me of currents", "currents");
    await during.seen("start");
    await until("the model is asked", () => model.faults.left.length === 0);
    await server.crash();
    const cut = await during.report;
    expect(cut.outcome).toMatch(/ended|error/);

    await until("it isn't ready", async () => !(await client.ready()));
    expect((await client.ask("/health")).status).toBe(200);
    const started = performance.now();
    const refused = await client.say("hello").report;
    expect(refused.outcome).toMatch(/refused|error/);
    expect(refused.status).toBeOneOf([200, 503]);
    expect(await refusal(await client.learn({ id: "lost", content: "Nobody keeps this." }))).toBe(503);
    expect(performance.now() - started).toBeLessThan(25_000);

    await server.start();
    await worksAgain(client, "Pelican");
    const turn = { message: "Tell me of currents", reports: [cut] };
    const id = turnIdOf(turn) ?? "";
    await until(
      "the cut turn is settled",
      async () => (await client.turn(id)).state !== "running",
      RECOVERY_MILLISECONDS,
    );
    expect(await brokenStateRules(client, [before])).toEqual([]);
    expect(await client.turn(id)).toMatchObject({ state: expect.stringMatching(/completed|failed|interrupted/) });
    expect(agent.log.some(({ level }) => level === 60)).toBe(false);
  });

  it("leaves nothing of what users write in a log line, metric or trace: before, while and after it is away", async () => {
    const traces = await traceCollector();
    await using model = await startModelServer({ seed: 12 });
    await using server = await startPostgresql({ durable: true });
    const database = await server.newDatabase();
    const agent = testProcess("main.ts", {
      ...model.variables,
      ...database.variables,
      ...traces.variables,
      FLAME_PORT: "0",
      FLAME_LOG_LEVEL: "trace",
      FLAME_RATE_LIMIT_PER_MINUTE: "0",
    });
    const client = await agent.ready();
    const lines = () => agent.log().map((line) => JSON.stringify(line));
    const printed = async () => [
      ...lines(),
      ...agent.standardError().split("\n"),
      ...(await client.metrics()).split("\n"),
    ];
    const marked = async () => (await printed()).filter((line) => line.includes(MARKER));
    expect(await plantEverywhere(client)).toBeGreaterThan(100);
    expect(await marked()).toEqual([]);

    const cut = TURNS.map(({ path, body }, index) => {
      model.faults.add({ kind: "slow", firstTokenMilliseconds: 1_500 });
      return client.post(path, body(`${MARKER}-cut-${index}`)).then((response) => response.text());
    });
    await until("the model is asked for each", () => model.faults.left.length === 0);
    await server.crash();
    await Promise.all(cut);
    const before = lines().length;
    expect(await plantEverywhere(client)).toBeGreaterThan(100);
    expect(
      lines()
        .slice(before)
        .some((line) => line.includes("request failed")),
    ).toBe(true);
    expect(await marked()).toEqual([]);

    await server.start();
    await until(
      "it may be sent turns again",
      async () => (await client.status("/ready")) === 200,
      RECOVERY_MILLISECONDS,
    );
    expect(await plantEverywhere(client)).toBeGreaterThan(100);
    expect(await marked()).toEqual([]);
    agent.child.kill("SIGTERM");
    expect(await agent.exit).toBe(0);
    expect([...lines(), agent.standardError(), ...traces.spans].filter((line) => line.includes(MARKER))).toEqual([]);
    expect(traces.spans.length).toBeGreaterThan(0);
  });
});

describe.runIf(await maySmallDisk())("a disk that is full", () => {
  const learnUntilFull = async (client: AgentClient) => {
    for (let index = 0; index < 200; index += 1) {
      const response = await client.learn({ id: `full-${index}`, content: `${index} ${LONG_TEXT}` });
      if (!response.ok) return refusal(response);
      await response.body?.cancel();
    }
    throw new Error("The disk never got full");
  };

  it("under an embedded database is told of clearly, and works again once there is room", async () => {
    await using model = await startModelServer({ seed: 10 });
    await using disk = await smallDisk(160);
    await using agent = startAgentProcess({
      variables: { ...model.variables, FLAME_DATA_FOLDER: join(disk.folder, "data") },
    });
    const client = await agent.ready();
    const before = { message: "Tell me of tides", reports: [await client.say("Tell me of tides", "tides").report] };
    await disk.fill();
    expect(await learnUntilFull(client)).toBeOneOf([503, 507]);
    expect((await client.say("Is there room?").report).outcome).toMatch(/ended|error|refused/);
    await disk.empty();
    await worksAgain(client, "Heron");
    expect(await brokenStateRules(client, [before])).toEqual([]);
  });

  it.runIf(havePostgresql())("under PostgreSQL is told of clearly, and works again once there is room", async () => {
    await using model = await startModelServer({ seed: 11 });
    await using disk = await smallDisk(120);
    if (process.getuid?.() === 0) await chown(disk.folder, 65_534, 65_534);
    await using server = await startPostgresql({ durable: true, parentFolder: disk.folder });
    const database = await server.newDatabase();
    await using agent = startAgentProcess({ variables: { ...model.variables, ...database.variables } });
    const client = await agent.ready();
    const before = { message: "Tell me of tides", reports: [await client.say("Tell me of tides", "tides").report] };
    await disk.fill();
    expect(await learnUntilFull(client)).toBeOneOf([503, 507]);
    await disk.empty();
    // PostgreSQL ends itself where its log can't be written; whoever runs it starts it again.
    await server.crash();
    await server.start();
    await worksAgain(client, "Egret");
    expect(await brokenStateRules(client, [before])).toEqual([]);
  });
});
