import { existsSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { blueprint, PLANTED_SECRET, projectFixture } from "./testing/project.ts";

const COMMAND = fileURLToPath(new URL("../bin/blueprint.js", import.meta.url));

describe("the command line", () => {
  it.each([
    { why: "help", parameters: ["--help"], exitCode: 0 },
    { why: "help of a command", parameters: ["plan", "--help"], exitCode: 0 },
    { why: "no command", parameters: [], exitCode: 2 },
    { why: "an unknown command", parameters: ["plam"], exitCode: 2 },
    { why: "an unknown option", parameters: ["plan", "--jsom"], exitCode: 2 },
    { why: "options that exclude each other", parameters: ["plan", "--json", "--markdown"], exitCode: 2 },
    { why: "an environment that can't be one", parameters: ["plan", "../dev"], exitCode: 2 },
    { why: "an environment without a file", parameters: ["plan", "nowhere"], exitCode: 1 },
  ])("ends with $exitCode for $why", async ({ parameters, exitCode }) => {
    expect(await blueprint(await projectFixture(), ...parameters)).toMatchObject({ exitCode });
  });

  it("refuses a folder that is in no project", async () => {
    const folder = await mkdtemp(join(tmpdir(), "blueprint-nothing-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const { exitCode, stderr } = await blueprint(folder, "plan");
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^project folder: no Pulumi\.yaml in .*\n {4}allowed: .*\n {4}fix: /);
  });

  it("lists every command", async () => {
    const { stdout } = await blueprint(await projectFixture(), "--help");
    for (const name of ["plan", "up", "down", "status", "logs", "explain", "render", "doctor"])
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
  });
});

describe("a secret", () => {
  const secret = { secure: PLANTED_SECRET };
  const environments = {
    dev: {
      accessToken: secret,
      modelApiKey: secret,
      agent: {
        authentication: { kind: "bearer", token: { secret: "accessToken" } },
        model: {
          kind: "openai-compatible",
          baseUrl: "https://models.example/v1",
          name: "big",
          apiKey: { secret: "modelApiKey" },
        },
      },
    },
  };

  it.each([
    { parameters: ["plan"] },
    { parameters: ["plan", "--json"] },
    { parameters: ["plan", "--markdown"] },
    { parameters: ["render", "--stdout"] },
    { parameters: ["explain", "agent"] },
    { parameters: ["explain", "agent", "--json"] },
    { parameters: ["doctor", "--json"] },
  ])("is in no output of $parameters", async ({ parameters }) => {
    const { stdout, stderr } = await blueprint(await projectFixture({ environments }), ...parameters);
    expect(stdout).not.toBe("");
    for (const leak of [PLANTED_SECRET, "secret-known-only-to-the-engine"])
      expect(`${stdout}${stderr}`).not.toContain(leak);
  });

  it("is in no file that is written", async () => {
    const project = await projectFixture({ environments });
    await blueprint(project, "render");
    await blueprint(project, "plan", "--html");
    const { stdout } = await execa("grep", ["-rlE", `${PLANTED_SECRET}|known-only-to-the-engine`, project], {
      reject: false,
    });
    expect(stdout).toBe(join(project, "Pulumi.dev.yaml"));
  });

  it("that stands in the file as plain text is refused by its name alone", async () => {
    const plain = { dev: { ...environments.dev, accessToken: "plain text of a secret" } };
    const { exitCode, stderr } = await blueprint(await projectFixture({ environments: plain }), "plan");
    expect(exitCode).toBe(1);
    expect(stderr).toContain("dev: accessToken is written as plain text");
    expect(stderr).not.toContain("plain text of a secret");
  });
});

/** The system's Node, where it is one that can't run TypeScript. */
const oldNode = ["/usr/bin/node", "/usr/local/bin/node"].find((path) => existsSync(path));
const tooOld =
  oldNode !== undefined && /^v(1\d|20|21|22\.([0-9]|1[0-7]))\./.test((await execa(oldNode, ["--version"])).stdout);
if (!tooOld) console.warn("skipped: no Node older than 22.18 on this machine");

describe.skipIf(!tooOld)("on a Node that can't run TypeScript", () => {
  it("hands over to the project's own Node, exit code included", async () => {
    const project = await projectFixture();
    const run = (...parameters: readonly string[]) =>
      execa(`${oldNode}`, [COMMAND, "--project", project, ...parameters], { reject: false });
    expect(await run("explain", "turns.maxSeconds")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^180/),
    });
    expect(await run("explain", "nothing")).toMatchObject({ exitCode: 1 });
  });

  it("says so in one line where the project has none", async () => {
    const folder = await mkdtemp(join(tmpdir(), "blueprint-bin-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await cp(COMMAND, join(folder, "blueprint.mjs"));
    const { exitCode, stdout, stderr } = await execa(`${oldNode}`, [join(folder, "blueprint.mjs")], { reject: false });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr).toMatch(
      /^blueprint: Node \d+\.\d+\.\d+ is too old; allowed: 22\.18 or later; run npm install[^\n]*$/,
    );
  });
});
