import { beforeAll, describe, expect, it } from "vitest";
import { atEndOfSuite } from "./testing/at-end.ts";
import { parseEvents, readerOf, readRest, readUntil } from "./testing/client.ts";
import { openTestDatabase, placed } from "./testing/database.ts";
import { temporaryFolder, until } from "./testing/folder.ts";
import { type TestProcess, testProcess } from "./testing/process.ts";

/** What a process under other suites' load may take to load itself, in milliseconds. */
const LOADED_MILLISECONDS = 20_000;

describe("a process that starts", () => {
  it("ends with 1 and every problem, at once, in a wrong environment", async () => {
    const start = performance.now();
    const agent = testProcess("main.ts", { FLAME_PORT: "http", FLAME_COLOUR: "red" });
    expect(await agent.exit).toBe(1);
    expect(agent.standardError()).toMatch(
      /^The environment has 2 problems:\n {2}FLAME_PORT: .*\n {2}FLAME_COLOUR: .*\n$/,
    );
    expect(performance.now() - start).toBeLessThan(3_000);
  });

  it("answers as not ready while it starts, and stops at once if it is told to", async () => {
    const port = 20_000 + (process.pid % 20_000);
    const agent = testProcess("main.ts", {
      FLAME_PORT: String(port),
      FLAME_DATABASE: "postgresql",
      FLAME_DATABASE_URL: "postgresql://flame@127.0.0.1:1/none",
      FLAME_DATABASE_PASSWORD: "x",
    });
    const status = (path: string) =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        (response) => response.status,
        () => 0,
      );
    await until("it listens", async () => (await status("/health")) === 200, LOADED_MILLISECONDS);
    expect([await status("/ready"), await status("/turns")]).toEqual([503, 503]);
    await until("it waits for the database", () => agent.log().some(({ code }) => code === "ECONNREFUSED"));
    agent.child.kill("SIGTERM");
    expect(await agent.exit).toBe(0);
  });
});

describe("a process that serves", () => {
  const atEnd = atEndOfSuite();
  let variables: Readonly<Record<string, string>>;
  let draining: TestProcess;
  let hurried: TestProcess;
  beforeAll(async () => {
    variables = { FLAME_PORT: "0", FLAME_DATA_FOLDER: await temporaryFolder(atEnd) };
    const slow = { ...variables, FLAME_MODEL_TOKENS_PER_SECOND: "40" };
    draining = testProcess("main.ts", await placed(slow, atEnd), atEnd);
    hurried = testProcess("main.ts", await placed({ FLAME_PORT: "0" }, atEnd), atEnd);
    await Promise.all([draining.ready(), hurried.ready()]);
  });

  it("drains on SIGTERM: the turn finishes, its last words are kept, and it ends with 0", async () => {
    const agent = draining;
    const client = await agent.ready();
    expect(await client.ask("My name is Ada.", "kept")).toBe("Noted: your name is Ada.");
    const reader = readerOf(await client.post("/turns", { message: "count to 40", thread: "drained" }));
    await readUntil(reader, '" 2"');
    agent.child.kill("SIGTERM");
    await until("it isn't ready any more", async () => (await client.status("/ready")) === 503);
    expect((await client.post("/turns", { message: "hi" })).status).toBe(503);
    expect(await readRest(reader)).toMatch(/" 40"(.|\n)*event: end/);
    expect(await agent.exit).toBe(0);
    expect(agent.log().map(({ msg }) => msg)).toEqual([
      "ready",
      "request",
      "draining",
      "request",
      "request",
      "stopped",
    ]);

    const database = await openTestDatabase(variables);
    const memory = await database.store.getStore("memory");
    const said = async (threadId: string) => JSON.stringify((await memory?.listMessages({ threadId }))?.messages);
    expect(await said("kept")).toContain("Noted: your name is Ada.");
    expect(await said("drained")).toContain("38 39 40");
    await database.close();
  });

  it("is told to be alive by its health check, and stops at once on a second signal, telling its clients", async () => {
    const agent = hurried;
    const client = await agent.ready();
    const { port } = new URL(client.url);
    const check = (variables: Readonly<Record<string, string>>) => testProcess("health-check.ts", variables).exit;
    const alive = [check({ FLAME_PORT: port }), check({ FLAME_PORT: port, FLAME_HOST: "0.0.0.0" })];
    expect(await Promise.all([...alive, check({ FLAME_PORT: "1" })])).toEqual([0, 0, 1]);

    const reader = readerOf(await client.post("/turns", { message: "count to 9000" }));
    await readUntil(reader, '" 2"');
    agent.child.kill("SIGINT");
    await until("it drains", () => agent.log().some(({ msg }) => msg === "draining"));
    agent.child.kill("SIGINT");
    expect(parseEvents(await readRest(reader)).at(-1)).toMatchObject({ event: "error", data: { code: "shut-down" } });
    expect(await agent.exit).toBe(0);
    expect(agent.log().at(-1)).toMatchObject({ msg: "stopped", stoppedTurns: 1 });
  });
});
