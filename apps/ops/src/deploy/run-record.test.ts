import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { placeOf } from "./place.ts";
import { processStart } from "./process-start.ts";
import { claimRun, type EmbeddedRun, findRun, judgeRun, updateRun } from "./run-record.ts";
import { temporaryFolder } from "./testing/plan.ts";

const run: EmbeddedRun = {
  way: "embedded",
  environment: "test",
  url: "http://127.0.0.1:4111",
  startedAt: "2026-11-21T08:00:00.000Z",
  pid: 100,
  processStart: "boot 5",
  stopGraceSeconds: 7,
  persistentData: null,
  agent: {
    pid: 101,
    processStart: "boot 6",
    phase: "running",
    health: "healthy",
    restarts: 0,
    lastRestart: null,
    startedAt: "2026-11-21T08:00:01.000Z",
  },
};
const gone = { alive: false, start: undefined };
const ownRun = async () => ({ ...run, pid: process.pid, processStart: (await processStart(process.pid)) ?? null });

describe("a record's run", () => {
  it.each([
    {
      why: "the supervisor is the one that wrote it",
      supervisor: { alive: true, start: "boot 5" },
      agent: gone,
      kind: "live",
    },
    { why: "the supervisor has ended, and so has the agent", supervisor: gone, agent: gone, kind: "stale" },
    {
      why: "the id is another process's now",
      supervisor: { alive: true, start: "boot 900" },
      agent: gone,
      kind: "stale",
    },
    {
      why: "the machine was started anew since",
      supervisor: { alive: true, start: "other 5" },
      agent: { alive: true, start: "other 6" },
      kind: "stale",
    },
    {
      why: "the agent has outlived its supervisor",
      supervisor: gone,
      agent: { alive: true, start: "boot 6" },
      kind: "draining",
    },
  ])("is $kind: $why", ({ supervisor, agent, kind }) => {
    expect(judgeRun(run, { supervisor, agent }).kind).toBe(kind);
  });

  it("is live by its id alone where the system told no start", () => {
    expect(
      judgeRun({ ...run, processStart: null }, { supervisor: { alive: true, start: undefined }, agent: gone }).kind,
    ).toBe("live");
  });
});

describe("taking the record", () => {
  it("works once: the second of two that start together is refused", async () => {
    const place = placeOf("test", await temporaryFolder());
    const own = await ownRun();
    const taken = await Promise.allSettled([claimRun(place, own), claimRun(place, own)]);
    expect(taken.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await expect(claimRun(place, own)).rejects.toThrow(
      /runs already \(process \d+, since .*\n.*\n.*blueprint down test --keep-data/,
    );
    expect(await readdir(place.folder)).toEqual(["run.json"]);
  });

  it("takes over what a killed supervisor has left", async () => {
    const place = placeOf("test", await temporaryFolder());
    await updateRun(place, { ...run, processStart: "another boot 1", agent: { ...run.agent, pid: null } });
    expect((await findRun(place)).kind).toBe("stale");
    await claimRun(place, await ownRun());
    expect(await findRun(place)).toMatchObject({ kind: "live", run: { pid: process.pid } });
  });
});

it("an environment may not have a name of .blueprint's own", () => {
  expect(() => placeOf("state", "/project")).toThrow(/"state" is a name of \.blueprint's own/);
});
