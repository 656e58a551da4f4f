import { describe, expect, it } from "vitest";
import type { PolicyReport, PolicyResult } from "../../../../policies/runner/index.ts";
import { verdictOf } from "./policy-gate.ts";

const URN =
  "urn:pulumi:dev::blueprint::blueprint:topology:LocalPodman$docker:index/container:Container::flame-dev-agent";
const VIOLATION: PolicyResult = {
  policy: "docker-container-not-privileged",
  level: "mandatory",
  urn: URN,
  message:
    "flame-dev-agent (docker:index/container:Container): privileged is true; allowed: false; to mend: remove privileged",
  outcome: "violation",
};

const verdict = (...results: PolicyResult[]) => {
  const counts = { mandatory: 0, advisory: 0, couldNotRun: 0, acceptedUnknown: 0, remediated: 0 };
  const report: PolicyReport = { pack: "pack", version: "1.0.0", results, passed: 3, counts };
  return verdictOf(report);
};

describe("a policy's message", () => {
  it.each([
    {
      why: "a violation",
      result: VIOLATION,
      finding: {
        policy: "docker-container-not-privileged",
        weight: "failed",
        resource: "flame-dev-agent",
        found: "privileged is true; allowed: false",
        mend: "remove privileged",
      },
    },
    {
      why: "a violation that is only advice",
      result: { ...VIOLATION, level: "advisory" as const },
      finding: { weight: "advice" },
    },
    {
      why: "one that could not run",
      result: {
        ...VIOLATION,
        outcome: "could-not-run" as const,
        message:
          "could not run: flame-dev-agent (docker:index/container:Container): memory is unknown until deployment; allowed: known; to mend: say it",
      },
      finding: { weight: "could-not-run", found: "memory is unknown until deployment; allowed: known", mend: "say it" },
    },
    {
      why: "a pack that crashed, which is about no resource",
      result: {
        ...VIOLATION,
        urn: undefined,
        outcome: "could-not-run" as const,
        message: "could not run: the pack ended with code 1",
      },
      finding: { resource: undefined, found: "could not run: the pack ended with code 1", mend: undefined },
    },
  ])("of $why is taken apart", ({ result, finding }) => {
    expect(verdict(result).findings).toEqual([expect.objectContaining(finding)]);
  });
});

describe("the gate", () => {
  it.each([
    { why: "nothing was found", results: [], ok: true },
    { why: "there is only advice", results: [{ ...VIOLATION, level: "advisory" as const }], ok: true },
    { why: "a mandatory rule is broken", results: [VIOLATION], ok: false },
    { why: "a rule could not run", results: [{ ...VIOLATION, outcome: "could-not-run" as const }], ok: false },
  ])("is $ok when $why", ({ results, ok }) => {
    expect(verdict(...results).ok).toBe(ok);
  });

  it("tells the heaviest findings first", () => {
    const advice = { ...VIOLATION, level: "advisory" } as const;
    const unknown = { ...VIOLATION, outcome: "could-not-run" } as const;
    expect(verdict(advice, unknown, VIOLATION).findings.map(({ weight }) => weight)).toEqual([
      "failed",
      "could-not-run",
      "advice",
    ]);
  });
});
