import { describe, expect, it } from "vitest";
import { judgeMemory, memoryOptions } from "./memory.ts";

describe("an agent's memory", () => {
  it.each([
    { residentMiB: 1024, verdict: "fine", why: "the limit itself is allowed" },
    { residentMiB: 1025, verdict: "stop", why: "above it, running turns still have their grace" },
    { residentMiB: 1536, verdict: "stop", why: "up to half as much again" },
    { residentMiB: 1537, verdict: "kill", why: "beyond that the machine is at stake" },
  ])("of $residentMiB MiB at a limit of 1024: $verdict, since $why", ({ residentMiB, verdict }) => {
    expect(judgeMemory(residentMiB, 1024)).toBe(verdict);
  });

  it("leaves room beside JavaScript's heap", () => {
    expect(memoryOptions(1024)).toContain("--max-old-space-size=614");
  });
});
