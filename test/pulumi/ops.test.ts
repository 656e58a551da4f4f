import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { counted, startTurn } from "../engines/turn.ts";
import { describeDesktops, heldBy, PulumiProject } from "./engine.ts";

describeDesktops("blueprint with the Pulumi engine on %s", ({ kind, socket, pulumi }) => {
  const environment = `ops-${kind}`;
  const port = kind === "docker" ? 14_312 : 14_311;
  const url = `http://127.0.0.1:${port}`;
  const agent = `flame-${environment}-agent`;
  const engine = new Docker({ socketPath: socket });
  let project: PulumiProject;
  const stackFile = () => join(project.folder, `Pulumi.${environment}.yaml`);

  const start = (...parameters: readonly string[]) => project.blueprint(...parameters);
  const done = (...parameters: readonly string[]) => project.done(...parameters);

  const describeEnvironment = async (maxSeconds = 60) => {
    const topology = {
      kind: "local-podman",
      engine: { kind, socket },
      network: { subnet: kind === "docker" ? "10.89.94.0/24" : "10.89.93.0/24" },
    };
    const settings = { ports: [{ hostPort: port }], model: { kind: "offline", tokensPerSecond: 20 } };
    const config = { topology, agent: settings, turns: { maxSeconds } };
    const entries = Object.entries(config).map(([key, value]) => [`blueprint:${key}`, value]);
    await writeFile(stackFile(), stringify({ config: Object.fromEntries(entries) }));
  };
  const said = async (message: string) => (await (await startTurn(url, message, "ops")).text).trim();
  const held = () => heldBy(engine, environment);
  const containerId = async () => (await engine.getContainer(agent).inspect()).Id;

  beforeAll(async () => {
    project = await PulumiProject.create(pulumi);
    await describeEnvironment();
  });

  afterAll(async () => {
    await start("down", environment, "--delete-data", "--yes");
    await project.remove();
  });

  it("leaves nothing of a first start that is cancelled but the data that were there before", async () => {
    await engine.createVolume({ Name: `flame-${environment}-data` });
    await mkdir(join(project.folder, ".blueprint", environment, "data"), { recursive: true });
    const up = start("up", environment);
    let told = "";
    up.stderr.on("data", (chunk: Buffer) => {
      told += chunk.toString();
    });
    await vi.waitUntil(() => told.includes("› create"), { timeout: 120_000, interval: 20 });
    up.kill("SIGTERM");
    const { exitCode, stderr } = await up;
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/was cancelled; what had been made is removed\n {4}fix: blueprint up/);
    expect(await held()).toMatchObject({ containers: 0, networks: 0 });
    const { Name: kept } = await engine.getVolume(`flame-${environment}-data`).inspect();
    expect(kept).toBe(`flame-${environment}-data`);
    expect(existsSync(join(project.folder, ".blueprint", environment, "data"))).toBe(true);
    await done("down", environment, "--delete-data", "--yes");
    await engine
      .getVolume(kept)
      .remove()
      .catch(() => undefined);
  });

  it("brings an environment up, and tells which way, why, where it is and where its report is", async () => {
    const told = await done("up", environment);
    expect(told).toMatch(
      /way +in containers, through the Pulumi engine\n +because +\w+ [\d.]+\S* answers, and there is/,
    );
    expect(told).toContain(url);
    const [, report = ""] = /report +(\S+)/.exec(told) ?? [];
    expect(await readFile(join(project.folder, report), "utf8")).toContain(environment);
    expect(await held()).toEqual({ containers: 1, networks: 1, volumes: 1 });
    expect(await said("My name is Ada.")).toContain("Ada");
  });

  it("shows what runs, what it uses of its limits, and its output", async () => {
    const status = JSON.parse(await done("status", environment, "--json"));
    expect(status).toMatchObject({ way: "pulumi", readiness: "ready", turnsActive: 0, alerts: [] });
    expect(status.parts).toMatchObject([{ name: agent, state: "running", works: true, memory: { limitMiB: 1024 } }]);
    expect(status.parts[0].memory.usedMiB).toBeGreaterThan(50);
    expect(await done("logs", environment, "--tail", "5")).toContain('"route":"/turns"');
  });

  it("changes nothing the second time", async () => {
    const { since } = JSON.parse(await done("status", environment, "--json"));
    const before = await containerId();
    await done("up", environment);
    expect(await containerId()).toBe(before);
    expect(JSON.parse(await done("status", environment, "--json")).since).toBe(since);
  });

  it("tells of a container that has ended, and starts it again", async () => {
    const before = await containerId();
    await engine.getContainer(agent).stop();
    const ended = await start("status", environment);
    expect(ended).toMatchObject({ exitCode: 1, stdout: expect.stringContaining("ALERT    agent: is exited") });
    await done("up", environment);
    expect(await containerId()).toBe(before);
  });

  it("applies a changed setting without losing a turn", async () => {
    await describeEnvironment(50);
    const before = await containerId();
    const turn = await startTurn(url, "count to 200");
    await done("up", environment);
    expect((await turn.text).trim()).toBe(counted(200));
    expect(await containerId()).not.toBe(before);
  });

  it("takes it down, keeps its data where that is asked for, and finds them again", async () => {
    const asked = await start("down", environment);
    expect(asked.exitCode).toBe(1);
    expect(asked.stderr).toMatch(
      /volume \S+, and nobody can be asked here\n {4}allowed: --keep-data, or --delete-data/,
    );
    expect(await done("down", environment, "--keep-data")).toMatch(/is down; kept: volume/);
    expect(await held()).toEqual({ containers: 0, networks: 0, volumes: 1 });
    expect(await done("status", environment)).toContain("nothing is up");
    await done("up", environment);
    expect(await said("What is my name?")).toContain("Ada");
  });

  it("leaves nothing where the data go too", async () => {
    await done("down", environment, "--delete-data", "--yes");
    expect(await held()).toEqual({ containers: 0, networks: 0, volumes: 0 });
    expect(existsSync(join(project.folder, ".blueprint"))).toBe(false);
    expect(await readFile(stackFile(), "utf8")).not.toContain("encryptionsalt");
  });
});
