import { mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder, until } from "../testing/folder.ts";
import { testProcess } from "../testing/process.ts";
import { lockFolder } from "./folder-lock.ts";

describe("one data folder", () => {
  it("is refused to a second process while the first lives, and given back by a kill", async () => {
    const variables = { FLAME_PORT: "0", FLAME_DATA_FOLDER: await temporaryFolder() };
    const first = testProcess("main.ts", variables);
    const client = await first.ready();
    await client.ask("My name is Ada.", "kept");

    const second = testProcess("main.ts", variables);
    expect(await second.exit).toBe(1);
    expect(second.standardError()).toMatch(
      /FLAME_DATA_FOLDER: ".*" is in use by another running process; allowed: one process per folder; fix: /,
    );
    expect(await client.ask("What is my name?", "kept")).toBe("Your name is Ada.");

    first.child.kill("SIGKILL");
    expect(await first.exit).toBe("SIGKILL");
    const third = await testProcess("main.ts", variables).ready();
    expect(await third.ask("What is my name?", "kept")).toBe("Your name is Ada.");
  });

  it("that a killed first start left unfinished is made anew", async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, "database.unfinished"), "");
    await writeFile(join(folder, "database"), "not a cluster");
    const client = await testProcess("main.ts", { FLAME_PORT: "0", FLAME_DATA_FOLDER: folder }).ready();
    expect(await client.status("/ready")).toBe(200);
  });
});

describe("a folder's lock", () => {
  it("that another process took over while this one slept is told, so that nothing more is written", async () => {
    const folder = await temporaryFolder();
    const lost: string[] = [];
    await lockFolder(folder, (error) => lost.push(error.message));
    const stolen = new Date(Date.now() + 60_000);
    await mkdir(join(folder, "in-use.lock"), { recursive: true });
    await utimes(join(folder, "in-use.lock"), stolen, stolen);
    await until("the loss is told", () => lost.length === 1);
  });

  it("is given back when it is released", async () => {
    const folder = await temporaryFolder();
    const onLost = () => {};
    await (await lockFolder(folder, onLost)).release();
    await (await lockFolder(folder, onLost)).release();
  });
});
