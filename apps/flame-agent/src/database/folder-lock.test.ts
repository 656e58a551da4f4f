import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, until } from "../testing/folder.ts";
import { openCluster } from "./cluster.ts";
import { lockFolder, WAIT_MILLISECONDS } from "./folder-lock.ts";

const IGNORE = () => {};
const IN_USE = /^FLAME_DATA_FOLDER: ".*" is in use by another running process; allowed: one process per folder; fix: /;

/** A lock that its owner renewed so long ago, in milliseconds. */
async function lockOfAge(milliseconds: number): Promise<string> {
  const folder = await temporaryFolder();
  const lock = join(folder, "in-use.lock");
  await mkdir(lock);
  const renewed = new Date(Date.now() - milliseconds);
  await utimes(lock, renewed, renewed);
  return folder;
}

describe("a data folder", () => {
  it("is refused to a second process while the first lives", async () => {
    const folder = await temporaryFolder();
    const first = await lockFolder(folder, IGNORE);
    await expect(lockFolder(folder, IGNORE, 300)).rejects.toThrow(IN_USE);
    await first.release();
    await (await lockFolder(folder, IGNORE, 300)).release();
  });

  it("is taken over from a process that was killed, once its last sign of life is 5 s old", async () => {
    await expect(lockFolder(await lockOfAge(3_000), IGNORE, 300)).rejects.toThrow(IN_USE);
    await (await lockFolder(await lockOfAge(5_100), IGNORE, 300)).release();
    expect(WAIT_MILLISECONDS).toBeGreaterThan(5_000);
  });

  it("that a killed first start left unfinished is made anew", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "database.unfinished"), "");
    await writeFile(join(folder, "database"), "not a cluster");
    const cluster = await openCluster(folder);
    expect((await cluster.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
    await cluster.close();
  });

  it("that another process took over while this one slept is told, so that nothing more is written", async () => {
    const folder = await temporaryFolder();
    const lost: string[] = [];
    await lockFolder(folder, (error) => lost.push(error.message));
    const stolen = new Date(Date.now() + 60_000);
    await mkdir(join(folder, "in-use.lock"), { recursive: true });
    await utimes(join(folder, "in-use.lock"), stolen, stolen);
    await until("the loss is told", () => lost.length === 1);
  });
});
