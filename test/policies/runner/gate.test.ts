import { describe, expect, it } from "vitest";
import { gate, type PolicyOutcome, type PolicyReport } from "../../../policies/runner/index.ts";
import { reportOf } from "../../../policies/runner/report.ts";

const report = (...results: [PolicyOutcome, "mandatory" | "advisory"][]): PolicyReport =>
  reportOf(
    { name: "pack", version: "1", policies: ["p0", "p1", "p2", "p3"] },
    results.map(([outcome, level], index) => ({ policy: `p${index}`, level, outcome, urn: undefined, message: "m" })),
  );

describe("the gate", () => {
  it.each<{ why: string; reports: PolicyReport[]; ok: boolean }>([
    { why: "nothing was found", reports: [report()], ok: true },
    { why: "only advice was given", reports: [report(["violation", "advisory"])], ok: true },
    {
      why: "an unknown was accepted, a fault mended",
      reports: [report(["accepted-unknown", "advisory"], ["remediated", "advisory"])],
      ok: true,
    },
    { why: "something mandatory is broken", reports: [report(), report(["violation", "mandatory"])], ok: false },
    { why: "a policy could not run", reports: [report(["could-not-run", "mandatory"])], ok: false },
    { why: "an advisory policy could not run", reports: [report(["could-not-run", "advisory"])], ok: false },
    { why: "no pack has looked", reports: [], ok: false },
  ])("is $ok where $why", ({ reports, ok }) => {
    expect(gate(reports).ok).toBe(ok);
  });
});

describe("a report", () => {
  it("counts what was found, and the policies that found nothing", () => {
    const { counts, passed } = report(
      ["violation", "mandatory"],
      ["could-not-run", "mandatory"],
      ["accepted-unknown", "advisory"],
    );
    expect(counts).toEqual({ mandatory: 1, advisory: 0, couldNotRun: 1, acceptedUnknown: 1, remediated: 0 });
    expect(passed).toBe(2);
  });
});
