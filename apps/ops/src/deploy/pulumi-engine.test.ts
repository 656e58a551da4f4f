import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { findPulumi, obtainPulumi, pulumiCandidates } from "./pulumi-engine.ts";
import { temporaryFolder } from "./testing/plan.ts";

const HOME = join("home", "ada", ".pulumi");
const PROGRAM = process.platform === "win32" ? "pulumi.exe" : "pulumi";
const search = (folders: readonly string[], versions: readonly string[] = []) =>
  pulumiCandidates({ path: folders.join(delimiter), home: HOME, versions });

describe("the search for a Pulumi engine", () => {
  it("goes along PATH, then through the Pulumi home, newest version first", () => {
    const [own, system] = [join("opt", "pulumi", "bin"), join("usr", "bin")];
    expect(search([own, system], ["3.9.0", "3.260.0", "3.27.1"])).toEqual([
      join(own, PROGRAM),
      join(system, PROGRAM),
      join(HOME, "bin", PROGRAM),
      join(HOME, "versions", "3.260.0", "bin", PROGRAM),
      join(HOME, "versions", "3.27.1", "bin", PROGRAM),
      join(HOME, "versions", "3.9.0", "bin", PROGRAM),
    ]);
  });

  it.each(["work/node_modules/.bin", "ada/.npm/_npx/1/node_modules/.bin", "work\\node_modules\\.bin", ""])(
    "passes npm's wrapper by: %s",
    (folder) => {
      expect(search([folder])).toEqual([join(HOME, "bin", PROGRAM)]);
    },
  );

  it("takes a folder whose name only resembles it", () => {
    const folder = join("opt", "node_modules_tools", "bin");
    expect(search([folder])[0]).toBe(join(folder, PROGRAM));
  });
});

// The programs of these tests are shell scripts.
describe.skipIf(process.platform === "win32")("a project with npm's wrapper alone", () => {
  const silent = () => undefined;
  const script = async (path: string, ...lines: readonly string[]) => {
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, ["#!/bin/sh", ...lines, ""].join("\n"));
    await chmod(path, 0o755);
  };

  beforeEach(async () => {
    const project = await temporaryFolder();
    const before = process.cwd();
    process.chdir(project);
    onTestFinished(() => process.chdir(before));
    vi.stubEnv("PATH", "/usr/bin:/bin");
    vi.stubEnv("PULUMI_HOME", join(project, "home"));
    onTestFinished(() => void vi.unstubAllEnvs());
  });

  it("isn't searched by it: looking downloads nothing", async () => {
    await script(join("node_modules", ".bin", "pulumi"), "touch was-run");
    expect(await findPulumi()).toMatchObject({ kind: "missing", why: expect.stringContaining("no Pulumi engine") });
    await expect(import("node:fs/promises").then(({ access }) => access("was-run"))).rejects.toThrow("ENOENT");
  });

  it("takes the engine that the wrapper has downloaded", async () => {
    const engine = "$PULUMI_HOME/versions/3.265.0/bin";
    const lines = [`mkdir -p ${engine}`, `printf '#!/bin/sh\\necho v3.265.0\\n' > ${engine}/pulumi`];
    await script(join("node_modules", ".bin", "pulumi"), ...lines, `chmod +x ${engine}/pulumi`);
    expect(await obtainPulumi(silent)).toMatchObject({ kind: "there", engine: { version: "v3.265.0" } });
  });

  it.each([
    {
      why: "its last words where it fails",
      lines: ["echo 'pulumi: fetch failed' >&2", "exit 1"],
      says: "(fetch failed)",
    },
    {
      why: "a download that stands still",
      lines: ["echo downloading", "exec sleep 60"],
      says: "(no progress in 0.3 s)",
    },
  ])("tells $why", async ({ lines, says }) => {
    await script(join("node_modules", ".bin", "pulumi"), ...lines);
    expect(await obtainPulumi(silent, 300)).toMatchObject({ kind: "missing", why: expect.stringContaining(says) });
  });

  it("says that the wrapper isn't installed", async () => {
    const { why } = { why: "", ...(await obtainPulumi(silent)) };
    expect(why).toMatch(/it isn't installed: npm install brings it/);
  });

  it("tells of an engine that doesn't run", async () => {
    await script(join("home", "bin", "pulumi"), "exit 3");
    expect(await findPulumi()).toMatchObject({ kind: "broken", why: expect.stringMatching(/doesn't run/) });
  });
});
