import { appendFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder, until } from "../testing/plan.ts";
import { followLog, readLog } from "./file-log.ts";

describe("the end of a log", () => {
  it.each([
    { tail: undefined, text: "one\ntwo\nthree\nfour" },
    { tail: 3, text: "two\nthree\nfour" },
    { tail: 1, text: "four" },
    { tail: 9, text: "one\ntwo\nthree\nfour" },
    { tail: 0, text: "" },
  ])("across files that were set aside: $tail lines", async ({ tail, text }) => {
    const log = join(await temporaryFolder(), "agent.log");
    await writeFile(`${log}.2`, "one\n");
    await writeFile(`${log}.1`, "two\nthr");
    await writeFile(log, "ee\nfour");
    expect(await readLog(log, tail)).toBe(text);
  });
});

it("a followed log hands on what comes, nothing twice, across a rotation", async () => {
  const log = join(await temporaryFolder(), "agent.log");
  await writeFile(log, "before\n");
  const over = new AbortController();
  onTestFinished(() => over.abort());
  let heard = "";
  const following = followLog(log, over.signal, (chunk) => {
    heard += chunk.toString();
  });
  await appendFile(log, "first\n");
  await until("the first line is heard", () => heard === "first\n");
  await appendFile(log, "last of the old\n");
  await rename(log, `${log}.1`);
  await writeFile(log, "first of the new\n");
  await until("all is heard", () => heard === "first\nlast of the old\nfirst of the new\n");
  over.abort();
  await following;
});
