import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort, until } from "../deploy/testing/plan.ts";
import { blueprint, projectFixture } from "../testing/project.ts";

const COMMAND = fileURLToPath(new URL("../../bin/blueprint.js", import.meta.url));

/** `blueprint up`, running until it is stopped. */
function startUp(project: string) {
  const child = execa(process.execPath, [COMMAND, "--project", project, "up"], {
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
  return { child, isUp: () => until("it is up", () => stdout.includes("dev is up"), 60_000), printed: () => stdout };
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
    const project = await projectFixture({ environments: { dev: { agent, turns: { maxSeconds: 30 } } } });
    const first = startUp(project);
    await first.isUp();
    expect(first.printed()).toMatch(/way +embedded.*\n +because +no container engine: unix:.*engine\.sock isn't there/);
    expect(first.printed()).toContain(`curl -N ${url}/turns`);
    expect(await (await turn(url, "My name is Ada.")).text()).toContain("event: end");

    const status = await blueprint(project, "status", "dev", "--json");
    expect(status.exitCode).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      way: "embedded",
      readiness: "ready",
      turnsActive: 0,
      alerts: [],
    });
    expect((await blueprint(project, "logs", "dev", "--tail", "5")).stdout).toContain('"route":"/turns"');
    const second = await blueprint(project, "up");
    expect(second).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("environment dev: runs already") });

    const running = await turn(url, "count to 60");
    first.child.kill("SIGINT");
    expect(await running.text()).toContain("event: end");
    const { exitCode, stderr } = await first.child;
    expect(exitCode).toBe(0);
    expect(stderr).toMatch(/stopping: 1 turn running, up to 40 s\n(.*\n)*dev is stopped/);
    expect((await blueprint(project, "status")).stdout).toContain("dev: nothing is up");

    const asked = await blueprint(project, "down");
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
    expect(existsSync(join(project, ".blueprint/dev"))).toBe(false);
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
