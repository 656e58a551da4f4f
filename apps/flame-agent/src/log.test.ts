import { describe, expect, it } from "vitest";
import { createLog, describeError, mastraLog } from "./log.ts";

function recordingLog(level: string) {
  const lines: unknown[] = [];
  return { lines, log: createLog(level, { write: (line) => lines.push(JSON.parse(line)) }) };
}

describe("an error in the log", () => {
  it("is told by name, code and place, and never by its words, also where these look like a place", () => {
    const error = Object.assign(new TypeError("planted words\n    at planted (planted.ts:1:1)"), { code: "E1" });
    const at = expect.arrayContaining([expect.stringMatching(/^at .*log\.test\.ts/)]);
    expect(describeError(error)).toEqual({ name: "TypeError", code: "E1", at });
    expect(JSON.stringify(describeError(error))).not.toContain("planted");
  });

  it.each([
    { why: "an id for a code", error: Object.assign(new Error("x"), { id: "MASTRA_1" }), told: { code: "MASTRA_1" } },
    { why: "no code", error: new Error("x"), told: { name: "Error" } },
    { why: "no stack", error: Object.assign(new Error("x"), { stack: undefined }), told: { at: [] } },
    { why: "words for a code", error: Object.assign(new Error("x"), { code: "planted" }), told: { name: "Error" } },
    { why: "words for a name", error: Object.assign(new Error("x"), { name: "a b" }), told: { name: "Error" } },
  ])("may have $why", ({ error, told }) => {
    expect(describeError(error)).toMatchObject(told);
  });

  it("that is none is told by its type alone", () => {
    expect(describeError("planted words")).toEqual({ name: "string" });
  });
});

describe("Mastra's log", () => {
  it("is ours at a lower level, with its place and what failed, and never with its text or the data beside it", () => {
    const { lines, log } = recordingLog("debug");
    const mastra = mastraLog(log);
    mastra.debug("planted, not shown");
    mastra.info("planted, shown", { words: "planted" });
    mastra.warn("plain planted", { words: "planted" }, null);
    mastra.error("Received message: planted", {
      error: Object.assign(new Error("no"), { code: "E2" }),
      words: "planted",
    });
    mastra.error("thrown planted", new RangeError("no"));
    expect(lines).toMatchObject([
      { level: 20, msg: "Mastra tells something", from: "mastra" },
      { level: 40, msg: "Mastra warns", place: expect.stringContaining("vitest") },
      { level: 50, msg: "Mastra failed", error: { name: "Error", code: "E2" } },
      { level: 50, msg: "Mastra failed", error: { name: "RangeError" } },
    ]);
    expect(lines[1]).not.toHaveProperty("error");
    expect(JSON.stringify(lines)).not.toContain("planted");
  });
});
