import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { placeOf } from "../place.ts";
import { freePort, temporaryFolder, testAgent, testPlan, until } from "../testing/plan.ts";
import { startSupervisor } from "../testing/supervisor-process.ts";
import { startEmbedded } from "./run-embedded.ts";

describe("a supervised agent", () => {
  it("gets ready, is healthy, and its output is in the log", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    await until("it is healthy", async () => (await supervisor.run()).agent.health === "healthy");
    expect(await supervisor.run()).toMatchObject({
      way: "embedded",
      url: supervisor.url,
      agent: { phase: "running", restarts: 0 },
    });
    expect(await readFile(supervisor.place.log, "utf8")).toBe(`listening as ${(await supervisor.run()).agent.pid}\n`);
  });

  it("is started again after it was killed", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    const { agent } = await supervisor.run();
    process.kill(agent.pid ?? 0, "SIGKILL");
    await supervisor.tells("the agent was ended by SIGKILL; restart 1 in 0.25 s");
    await until("another one runs", async () => (await supervisor.ask("/ready").catch(() => undefined))?.ok === true);
    await until("it is recorded", async () => (await supervisor.run()).agent.restarts === 1);
    expect((await supervisor.run()).agent).toMatchObject({ lastRestart: "was ended by SIGKILL" });
    expect((await supervisor.run()).agent.pid).not.toBe(agent.pid);
  });

  it("that is unhealthy is stopped after its turn, then started again", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    await until("it is healthy", async () => (await supervisor.run()).agent.health === "healthy");
    const turn = supervisor.ask("/turns?milliseconds=2500").then((response) => response.text());
    await supervisor.ask("/sicken");
    await supervisor.tells("the agent failed 1 health checks in a row; it is stopped, its turns have 7 s");
    expect(await turn).toMatch(/end$/);
    await supervisor.tells("restart 1 in");
    await until(
      "a healthy one runs",
      async () => (await supervisor.ask("/health").catch(() => undefined))?.ok === true,
    );
  });

  it("that takes more memory than its limit is stopped and started again", async () => {
    const supervisor = await startSupervisor({ agent: { resources: { limits: { memory: "560MiB" } } } });
    await supervisor.tells("ready");
    await supervisor.ask("/grow?mib=600");
    await supervisor.tells(/the agent used \d+ MiB, more than its limit of 560 MiB; restart 1/);
  });

  it("that never works is given up with its last words", async () => {
    const plan = testPlan(testAgent(await freePort(), { environment: { FAKE_FAILS: "1" } }));
    const running = await startEmbedded({
      plan,
      place: placeOf("test", await temporaryFolder()),
      onNotice: () => {},
      program: [new URL("../testing/fake-agent.ts", import.meta.url).pathname],
    });
    expect(await running.ready).toBe(false);
    expect(await running.ended).toEqual({
      kind: "gave-up",
      why: "the agent ended with exit code 3; it has ended 3 times without having been healthy once",
      lastLines: ["the fake agent fails on purpose"],
    });
  });
});

describe("what is refused before anything starts", () => {
  it("is a second run of the environment", async () => {
    const first = await startSupervisor();
    await first.tells("ready");
    const second = await startSupervisor({ project: `${first.place.folder}/../..` });
    expect(await second.exit).toBe(1);
    expect(second.told()).toMatch(/environment test: runs already \(process \d+, since .*\) at http/);
    expect((await first.ask("/ready")).ok).toBe(true);
  });

  it("is a port that is in use, with its owner", async () => {
    const server = createServer();
    onTestFinished(() => void server.close());
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    const place = placeOf("test", await temporaryFolder());
    const starting = startEmbedded({ plan: testPlan(testAgent(port)), place, onNotice: () => {} });
    await expect(starting).rejects.toThrow(
      process.platform === "linux"
        ? new RegExp(`127\\.0\\.0\\.1:${port} is in use by .+ \\(process ${process.pid}\\)`)
        : /is in use/,
    );
    expect(existsSync(place.record)).toBe(false);
  });

  it("is what needs containers, all of it", async () => {
    const plan = testPlan({ database: { kind: "postgresql" } });
    const starting = startEmbedded({ plan, place: placeOf("test", "/nowhere"), onNotice: () => {} });
    await expect(starting).rejects.toThrow(/can't run without a container engine:\n.*container flame-test-database/);
  });

  it("is a secret that has no value", async () => {
    const plan = testPlan({ authentication: { kind: "bearer", token: { secret: "accessToken" } } }, {}, [
      "accessToken",
    ]);
    const starting = startEmbedded({ plan, place: placeOf("test", "/nowhere"), onNotice: () => {}, given: {} });
    await expect(starting).rejects.toThrow(/BLUEPRINT_SECRET_ACCESS_TOKEN/);
  });
});
