import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { testDatabase } from "../testing/database.ts";
import { temporaryFolder } from "../testing/folder.ts";
import { sweepSocketFolders } from "./socket-folder.ts";

describe("socket folders of embedded databases", () => {
  it("of a killed process are removed by the next start", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "flame-killed");
    await mkdir(folder);
    const listen = "require('node:net').createServer().listen(process.argv[1], () => console.log('listens'))";
    const child = spawn(process.execPath, ["-e", listen, join(folder, ".s.PGSQL.5432")]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    await sweepSocketFolders(parent);
    expect(await readdir(parent)).toEqual(["flame-killed"]);
    child.kill("SIGKILL");
    await once(child, "close");
    expect(await readdir(folder)).toHaveLength(1);

    vi.stubEnv("TMPDIR", parent);
    onTestFinished(() => void vi.unstubAllEnvs());
    const database = await testDatabase("embedded");
    expect(await readdir(parent)).toEqual([expect.not.stringMatching("flame-killed")]);
    await database.close();
    expect(await readdir(parent)).toEqual([]);
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
