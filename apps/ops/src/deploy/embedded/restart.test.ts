import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideRestart, describeEnding, type Ending, waitAfter } from "./restart.ts";

const clean: Ending = { kind: "exit", code: 0, signal: null };
const crash: Ending = { kind: "exit", code: 1, signal: null };
const killed: Ending = { kind: "exit", code: null, signal: "SIGKILL" };
const sick: Ending = { kind: "unhealthy", failures: 3 };
const large: Ending = { kind: "memory", residentMiB: 1100, limitMiB: 1024 };
const twice = { kind: "on-failure", maxRetries: 2 } as const;

describe("whether an agent is started again", () => {
  it.each([
    { policy: { kind: "never" }, ending: crash, restarts: 0, expected: "end", why: "the policy says never" },
    { policy: { kind: "always" }, ending: clean, restarts: 99, expected: "restart", why: "always means always" },
    { policy: { kind: "unless-stopped" }, ending: clean, restarts: 0, expected: "restart", why: "nobody stopped it" },
    { policy: twice, ending: clean, restarts: 0, expected: "end", why: "exit code 0 is no failure" },
    { policy: twice, ending: crash, restarts: 1, expected: "restart", why: "a retry is left" },
    { policy: twice, ending: killed, restarts: 1, expected: "restart", why: "a kill from outside is a failure" },
    { policy: twice, ending: sick, restarts: 1, expected: "restart", why: "bad health is a failure" },
    { policy: twice, ending: large, restarts: 1, expected: "restart", why: "too much memory is a failure" },
    { policy: twice, ending: crash, restarts: 2, expected: "end", why: "the retries are used up" },
  ] as const)("$expected: $why", ({ policy, ending, restarts, expected }) => {
    expect(decideRestart(policy, ending, { restarts, shortRuns: 0 }).kind).toBe(expected);
  });

  it("says why it doesn't", () => {
    expect(decideRestart(twice, crash, { restarts: 2, shortRuns: 2 })).toEqual({
      kind: "end",
      why: "it was started again 2 times, which is agent.restart.maxRetries",
    });
  });
});

describe("the wait before a restart", () => {
  it("doubles from a quarter of a second", () => {
    expect([0, 1, 2, 3].map(waitAfter)).toEqual([250, 500, 1000, 2000]);
  });

  it("never falls with further short runs and never exceeds 30 s", () => {
    fc.assert(
      fc.property(fc.nat(10_000), (shortRuns) => {
        expect(waitAfter(shortRuns)).toBeLessThanOrEqual(30_000);
        expect(waitAfter(shortRuns + 1)).toBeGreaterThanOrEqual(waitAfter(shortRuns));
      }),
    );
  });
});

it.each([
  { ending: crash, told: "ended with exit code 1" },
  { ending: killed, told: "was ended by SIGKILL" },
  { ending: sick, told: "failed 3 health checks in a row" },
  { ending: large, told: "used 1100 MiB, more than its limit of 1024 MiB" },
])("an ending is told as: $told", ({ ending, told }) => {
  expect(describeEnding(ending)).toBe(told);
});
