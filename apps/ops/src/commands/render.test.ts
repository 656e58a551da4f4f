import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blueprint, projectFixture } from "../testing/project.ts";

describe("blueprint render", () => {
  it("writes the engine's manifests and prints where", async () => {
    const project = await projectFixture();
    const { exitCode, stdout } = await blueprint(project, "render");
    expect(exitCode).toBe(0);
    const paths = stdout.split("\n");
    expect(paths).toContain("rendered/dev/quadlet/flame-dev-agent.container");
    for (const path of paths) expect(await readFile(join(project, path), "utf8")).not.toBe("");
  });

  it("leaves files of an earlier plan, and tells of them", async () => {
    const project = await projectFixture();
    await blueprint(project, "render", "--out", "units");
    await writeFile(join(project, "units/quadlet/old.container"), "[Container]\n");
    const { stderr } = await blueprint(project, "render", "--out", "units");
    expect(stderr).toBe("left as it is, not of this plan: units/quadlet/old.container");
  });

  it("prints the manifests without writing any", async () => {
    const { exitCode, stdout } = await blueprint(await projectFixture(), "render", "--stdout");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^==> desktop\.json <==\n\{/);
    expect(stdout).toContain("==> quadlet/flame-dev-agent.container <==");
  });

  it.each(["../out", "/", "a/../../out"])("refuses to write to %s, outside the project", async (out) => {
    const { exitCode, stderr } = await blueprint(await projectFixture(), "render", "--out", out);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`--out: ${out}\n    allowed: a path inside`);
  });

  it("refuses two places at once", async () => {
    expect(await blueprint(await projectFixture(), "render", "--out", "x", "--stdout")).toMatchObject({ exitCode: 2 });
  });
});
