import { describe, expect, it } from "vitest";
import { createLog, describeError, mastraLog } from "./log.ts";

function recordingLog(level: string) {
  const lines: unknown[] = [];
  return { lines, log: createLog(level, { write: (line) => lines.push(JSON.parse(line)) }) };
}

describe("an error in the log", () => {
  it("is told by name, code and place, and by its words only where debug was asked for", () => {
    const error = Object.assign(new TypeError("planted words"), { code: "E1" });
    const at = expect.arrayContaining([expect.stringMatching(/^at .*log\.test\.ts/)]);
    expect(describeError(recordingLog("info").log, error)).toEqual({ name: "TypeError", code: "E1", at });
    expect(describeError(recordingLog("debug").log, error)).toMatchObject({ message: "planted words" });
  });

  it.each([
    { why: "an id for a code", error: Object.assign(new Error("x"), { id: "MASTRA_1" }), told: { code: "MASTRA_1" } },
    { why: "no code", error: new Error("x"), told: { name: "Error" } },
    { why: "no stack", error: Object.assign(new Error("x"), { stack: undefined }), told: { at: undefined } },
  ])("may have $why", ({ error, told }) => {
    expect(describeError(recordingLog("info").log, error)).toMatchObject(told);
  });

  it("that is none is told by its type alone", () => {
    expect(describeError(recordingLog("debug").log, "planted words")).toEqual({ name: "string" });
  });
});

describe("Mastra's log", () => {
  it("is ours at a lower level, with what failed and never with the data beside it", () => {
    const { lines, log } = recordingLog("debug");
    const mastra = mastraLog(log);
    mastra.debug("not shown");
    mastra.info("shown", { words: "planted" });
    mastra.warn("plain", { words: "planted" }, null);
    mastra.error("broken", { error: Object.assign(new Error("no"), { code: "E2" }), words: "planted" });
    mastra.error("thrown", new RangeError("no"));
    expect(lines).toMatchObject([
      { level: 20, msg: "shown", from: "mastra" },
      { level: 40, msg: "plain" },
      { level: 50, msg: "broken", error: { name: "Error", code: "E2" } },
      { level: 50, msg: "thrown", error: { name: "RangeError" } },
    ]);
    expect(lines[1]).not.toHaveProperty("error");
    expect(JSON.stringify(lines)).not.toContain("planted");
  });
});
