import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { probe } from "../agent-client.ts";
import { processStart } from "../process-start.ts";
import { findRun } from "../run-record.ts";
import { until } from "../testing/plan.ts";
import { startSupervisor } from "../testing/supervisor-process.ts";
import { stopEmbedded } from "./stop-embedded.ts";

describe("a stop", () => {
  it("waits for the running turn, tells how many there are, and leaves nothing", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    const { agent } = await supervisor.run();
    const turn = supervisor.ask("/turns?milliseconds=1500").then((response) => response.text());
    await until("the turn runs", () => supervisor.hasTurn());
    supervisor.child.kill("SIGINT");
    await supervisor.tells("stopping: 1 turn running, up to 7 s");
    expect(await turn).toMatch(/end$/);
    expect(await supervisor.exit).toBe(0);
    expect(supervisor.told()).toMatch(/end: stopped\n$/);
    expect([existsSync(supervisor.place.record), existsSync(supervisor.place.scratch)]).toEqual([false, false]);
    expect(await processStart(agent.pid ?? 0)).toBeUndefined();
  });

  it("that is asked for twice ends running turns at once", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    const turn = supervisor.ask("/turns?milliseconds=60000").then((response) => response.text());
    await until("the turn runs", () => supervisor.hasTurn());
    supervisor.child.kill("SIGINT");
    await supervisor.tells("1 turn running");
    supervisor.child.kill("SIGINT");
    expect(await turn).toMatch(/shut-down$/);
    expect(await supervisor.exit).toBe(0);
  });

  it("from another process does the same", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    const turn = supervisor.ask("/turns?milliseconds=1200").then((response) => response.text());
    await until("the turn runs", () => supervisor.hasTurn());
    const told: string[] = [];
    const metricsUrl = `${supervisor.url}/metrics`;
    await stopEmbedded(supervisor.place, await supervisor.run(), {
      metricsUrl,
      token: undefined,
      tell: (line) => told.push(line),
    });
    expect(await processStart(supervisor.child.pid ?? 0)).toBeUndefined();
    expect(await turn).toMatch(/end$/);
    expect(told).toContain("stopping: 1 turn running, up to 7 s");
    expect(await supervisor.exit).toBe(0);
    expect(await findRun(supervisor.place)).toEqual({ kind: "none" });
  });
});

describe.skipIf(process.platform === "win32")("a supervisor whose npm is killed", () => {
  it("stops as if it had been asked to: its turn is finished and nothing is left", async () => {
    const supervisor = await startSupervisor({ belowNpm: true });
    await supervisor.tells("ready");
    const run = await supervisor.run();
    expect(run.pid).not.toBe(supervisor.child.pid);
    const turn = supervisor.ask("/turns?milliseconds=1500").then((response) => response.text());
    await until("the turn runs", () => supervisor.hasTurn());
    supervisor.child.kill("SIGTERM");
    await supervisor.tells("stopping: 1 turn running");
    expect(await turn).toMatch(/end$/);
    await until("the supervisor is gone", async () => (await processStart(run.pid)) === undefined);
    expect(await processStart(run.agent.pid ?? 0)).toBeUndefined();
  });
});

describe("an agent whose supervisor is killed", () => {
  it("finishes its turn and ends; until then the environment can't be started, and down waits for it", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    // Longer than a second supervisor takes to start beside other work.
    const turn = supervisor.ask("/turns?milliseconds=4500").then((response) => response.text());
    await until("the turn runs", () => supervisor.hasTurn());
    const run = await supervisor.run();
    supervisor.child.kill("SIGKILL");
    await supervisor.exit;
    expect(await findRun(supervisor.place)).toMatchObject({ kind: "draining", agentPid: run.agent.pid });
    const second = await startSupervisor({ project: `${supervisor.place.folder}/../..` });
    await second.exit;
    expect(second.told()).toMatch(/lost its supervisor and finishes its turns/);
    const metricsUrl = `${supervisor.url}/metrics`;
    await stopEmbedded(supervisor.place, run, { metricsUrl, token: undefined, tell: () => {} });
    expect(await turn).toMatch(/end$/);
    expect(await processStart(run.agent.pid ?? 0)).toBeUndefined();
  });

  it("is killed after its grace when it is stuck", async () => {
    const supervisor = await startSupervisor();
    await supervisor.tells("ready");
    const { agent } = await supervisor.run();
    await supervisor.ask("/hang");
    await until("it is stuck", async () => (await probe(`${supervisor.url}/ready`, 200)).kind === "silent");
    supervisor.child.kill("SIGKILL");
    await until("the agent is gone", async () => (await processStart(agent.pid ?? 0)) === undefined);
  });
});
