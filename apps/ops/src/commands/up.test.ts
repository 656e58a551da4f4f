import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort, until } from "../deploy/testing/plan.ts";
import { blueprint, projectFixture } from "../testing/project.ts";

const COMMAND = fileURLToPath(new URL("../../bin/blueprint.js", import.meta.url));

/** The command, running until it is stopped. */
function startCommand(project: string, ...parameters: readonly string[]) {
  const child = execa(process.execPath, [COMMAND, "--project", project, ...parameters], {
    reject: false,
    stdin: "ignore",
    env: { FORCE_COLOR: undefined, CONTAINER_HOST: undefined, DOCKER_HOST: undefined },
  });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await child;
  });
  return { child, printed: () => stdout };
}

function startUp(project: string) {
  const command = startCommand(project, "up");
  return { ...command, isUp: () => until("it is up", () => command.printed().includes("dev is up"), 60_000) };
}

const turn = (url: string, message: string) =>
  fetch(`${url}/turns`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message, thread: "first" }),
  });

describe("blueprint up without a container engine", () => {
  it("runs the agent, is seen by status and logs, drains on Ctrl-C, and down removes the rest", {
    timeout: 120_000,
  }, async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const agent = { ports: [{ hostPort: port }] };
    const monitoring = { status: { intervalSeconds: 1 }, alerts: { cpuPercent: 100 } };
    const project = await projectFixture({ environments: { dev: { agent, turns: { maxSeconds: 30 }, monitoring } } });
    const first = startUp(project);
    await first.isUp();
    expect(first.printed()).toMatch(/way +embedded.*\n +because +no container engine: unix:.*engine\.sock isn't there/);
    expect(first.printed()).toContain(`curl -N ${url}/turns`);
    expect(await (await turn(url, "My name is Ada.")).text()).toContain("event: end");

    const watcher = startCommand(project, "status", "dev", "--watch", "--json");
    const follower = startCommand(project, "logs", "dev", "--follow", "--tail", "1");
    const [status, logs] = await Promise.all([
      blueprint(project, "status", "dev", "--json"),
      blueprint(project, "logs", "dev", "--tail", "5"),
    ]);
    expect(status.exitCode).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      way: "embedded",
      readiness: "ready",
      turnsActive: 0,
      parts: [{ key: "agent", state: "running", health: "healthy", memory: { limitMiB: 1024 } }],
      thresholds: { cpuPercent: 100 },
      alerts: [],
    });
    expect(logs.stdout).toContain('"route":"/turns"');
    await until("the log's end is shown", () => follower.printed() !== "");
    const shown = follower.printed().length;
    await (await turn(url, "What is 2 + 3?")).text();
    await until("what comes is shown", () => follower.printed().slice(shown).includes('"route":"/turns"'));
    await until("the status is shown again", () => watcher.printed().split("\n").length > 2);
    for (const { child } of [follower, watcher]) {
      child.kill("SIGINT");
      expect((await child).exitCode).toBe(0);
    }

    const report = join(project, /report +(\S+)/.exec(first.printed())?.[1] ?? "not told");
    const written = (await stat(report)).mtimeMs;
    const second = await blueprint(project, "up");
    expect(second).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("environment dev: runs already") });
    expect((await stat(report)).mtimeMs).toBe(written);
    expect((await stat(join(project, ".blueprint"))).mode & 0o077).toBe(0);

    const running = await turn(url, "count to 60");
    first.child.kill("SIGINT");
    expect(await running.text()).toContain("event: end");
    const { exitCode, stderr } = await first.child;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/stopping: 1 turn running, up to 40 s\n(.*\n)*dev is stopped/);

    const [nothing, asked] = await Promise.all([blueprint(project, "status"), blueprint(project, "down")]);
    expect(nothing.stdout).toContain("dev: nothing is up");
    expect(asked).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("allowed: --keep-data, or --delete-data --yes"),
    });
    expect((await blueprint(project, "down", "--keep-data")).stdout).toContain("kept: folder .blueprint/dev/data");
    const again = startUp(project);
    await again.isUp();
    expect(await (await turn(url, "What is my name?")).text()).toContain("Ada");
    expect((await blueprint(project, "down", "--delete-data", "--yes")).exitCode).toBe(0);
    expect((await again.child).exitCode).toBe(0);
    expect(existsSync(join(project, ".blueprint"))).toBe(false);
    expect((await blueprint(project, "down")).stdout).toBe("dev: nothing is up");
  });
});

describe("blueprint up", () => {
  it("stops at a closed gate, with what closes it, before anything is written", async () => {
    const agent = { volumes: [{ hostPath: "/etc", containerPath: "/host" }] };
    const project = await projectFixture({ environments: { dev: { agent } } });
    const { exitCode, stdout } = await blueprint(project, "up");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/✗ docker-container-no-sensitive-host-path(.|\n)*the gate is closed/);
    expect(existsSync(join(project, ".blueprint"))).toBe(false);
  });

  it("refuses the Pulumi way where there is no container engine", async () => {
    const { exitCode, stderr } = await blueprint(await projectFixture(), "up", "--way", "pulumi");
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/--way: pulumi, but no container engine.*\n {4}fix: .*--way embedded/);
  });
});

it("blueprint logs refuses a container that the environment hasn't", async () => {
  const { exitCode, stderr } = await blueprint(await projectFixture(), "logs", "dev", "cache");
  expect(exitCode).toBe(1);
  expect(stderr).toBe('container: "cache" isn\'t one of dev\n    allowed: agent\n    fix: name one of these');
});
