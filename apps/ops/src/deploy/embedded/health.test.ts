import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterCheck, UNCHECKED } from "./health.ts";

const rules = { retries: 3, startPeriodSeconds: 20 };

/** Health after checks at the given seconds since the start. */
const after = (checks: readonly (readonly [seconds: number, passed: boolean])[]) =>
  checks.reduce((state, [seconds, passed]) => afterCheck(state, passed, seconds, rules), UNCHECKED);

describe("an agent's health", () => {
  it.each([
    { why: "nothing is known before the first check", checks: [], status: "starting", failures: 0 },
    { why: "one success is enough", checks: [[1, true]], status: "healthy", failures: 0 },
    {
      why: "failures of the start period don't count",
      checks: [
        [1, false],
        [9, false],
        [19, false],
      ],
      status: "starting",
      failures: 0,
    },
    {
      why: "after it they do",
      checks: [
        [20, false],
        [30, false],
      ],
      status: "starting",
      failures: 2,
    },
    {
      why: "so many in a row make it unhealthy",
      checks: [
        [20, false],
        [30, false],
        [40, false],
      ],
      status: "unhealthy",
      failures: 3,
    },
    {
      why: "the start period is over with the first success",
      checks: [
        [1, true],
        [2, false],
        [3, false],
        [4, false],
      ],
      status: "unhealthy",
      failures: 3,
    },
    {
      why: "a success between failures begins the count again",
      checks: [
        [1, true],
        [30, false],
        [40, false],
        [50, true],
        [60, false],
      ],
      status: "healthy",
      failures: 1,
    },
  ] as const)("$why: $status", ({ checks, status, failures }) => {
    expect(after(checks)).toEqual({ status, failures });
  });

  it("is never lost by fewer failures in a row than retries", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 40 }), (passed) => {
        const safe = passed.map((one, index) => one || index % rules.retries === 0);
        expect(after(safe.map((one, index) => [30 + index, one])).status).not.toBe("unhealthy");
      }),
    );
  });
});
