import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../testing/folder.ts";
import { testProcess } from "../testing/process.ts";
import { sweepSocketFolders } from "./socket-folder.ts";

describe("socket folders of embedded databases", () => {
  it("of a killed process are removed by the next start", async () => {
    const TMPDIR = await temporaryFolder();
    const killed = testProcess("main.ts", { FLAME_PORT: "0", TMPDIR });
    await killed.ready();
    const left = await readdir(TMPDIR);
    expect(left).toHaveLength(1);
    killed.child.kill("SIGKILL");
    await killed.exit;

    const next = testProcess("main.ts", { FLAME_PORT: "0", TMPDIR });
    await next.ready();
    const now = await readdir(TMPDIR);
    expect(now).toHaveLength(1);
    expect(now).not.toEqual(left);
    next.child.kill("SIGKILL");
    await next.exit;
  });

  it("that may be somebody's, or are no such folders, are left", async () => {
    const parent = await temporaryFolder();
    const folder = async (name: string, ageSeconds: number, ...content: readonly string[]) => {
      await mkdir(join(parent, name));
      for (const file of content) await writeFile(join(parent, name, file), "");
      const time = Date.now() / 1000 - ageSeconds;
      await utimes(join(parent, name), time, time);
    };
    await folder("flame-starts", 5);
    await folder("flame-backup", 500, "agent.backup");
    await folder("flame-longer-name", 500);
    await folder("flame-gone00", 500);
    await mkdir(join(parent, "flame-lives0"));
    const server = createServer().listen(join(parent, "flame-lives0", ".s.PGSQL.5432"));
    onTestFinished(() => void server.close());
    await sweepSocketFolders(parent);
    const left = await readdir(parent);
    expect(left.toSorted()).toEqual(["flame-backup", "flame-lives0", "flame-longer-name", "flame-starts"]);
  });

  it("are no reason not to start where there is no temporary folder", async () => {
    await sweepSocketFolders("/does/not/exist");
  });
});
