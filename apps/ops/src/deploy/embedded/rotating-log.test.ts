import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readLog } from "../logs/file-log.ts";
import { temporaryFolder } from "../testing/plan.ts";
import { RotatingLog } from "./rotating-log.ts";

const line = (number: number) => Buffer.from(`line ${number}\n`);

describe("a log of 3 files of 20 bytes", () => {
  it("keeps the newest lines, whole and in order", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "agent.log");
    const log = new RotatingLog(path, { maxBytes: 20, maxFiles: 3 });
    for (let number = 1; number <= 9; number++) log.write(line(number));
    expect((await readdir(folder)).sort()).toEqual(["agent.log", "agent.log.1", "agent.log.2"]);
    expect(await readLog(path, undefined)).toBe("line 5\nline 6\nline 7\nline 8\nline 9\n");
    expect(await readLog(path, 2)).toBe("line 8\nline 9\n");
    expect(await readLog(path, 0)).toBe("");
  });

  it("goes on where an earlier run has stopped", async () => {
    const path = join(await temporaryFolder(), "logs", "agent.log");
    new RotatingLog(path, { maxBytes: 20, maxFiles: 2 }).write(line(1));
    const log = new RotatingLog(path, { maxBytes: 20, maxFiles: 2 });
    log.write(line(2));
    log.write(line(3));
    expect([await readFile(`${path}.1`, "utf8"), await readFile(path, "utf8")]).toEqual([
      "line 1\nline 2\n",
      "line 3\n",
    ]);
  });

  it("keeps one file alone where that is asked for", async () => {
    const folder = await temporaryFolder();
    const log = new RotatingLog(join(folder, "agent.log"), { maxBytes: 10, maxFiles: 1 });
    for (let number = 1; number <= 3; number++) log.write(line(number));
    expect(await readdir(folder)).toEqual(["agent.log"]);
    expect(await readFile(join(folder, "agent.log"), "utf8")).toBe("line 3\n");
  });
});
