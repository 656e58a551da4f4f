import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTurns, planTurns } from "./turns.plan.ts";
import { TurnSettings } from "./turns.settings.ts";

const planOf = (settings: unknown) => planTurns(TurnSettings.parse(settings));
const problemsOf = (settings: unknown) => checkTurns(TurnSettings.parse(settings));

/** Every combination that the schema accepts. */
const settings = fc.record(
  {
    maxSeconds: fc.integer({ min: 5, max: 3600 }),
    drainMarginSeconds: fc.integer({ min: 1, max: 120 }),
    heartbeatSeconds: fc.integer({ min: 1, max: 300 }),
    stopGraceSeconds: fc.integer({ min: 1, max: 7200 }),
  },
  { requiredKeys: [] },
);

describe("the chain of timeouts", () => {
  it("follows from the longest turn and the margin", () => {
    expect(planOf({ maxSeconds: 180 })).toMatchObject({
      maxSeconds: 180,
      drainMarginSeconds: 5,
      heartbeatSeconds: 15,
      drainSeconds: 185,
      stopGraceSeconds: 190,
      proxyTimeoutSeconds: 185,
      appStopSeconds: 195,
    });
  });

  it("counts the connector's silence against the heartbeat and everything else against the turn", () => {
    const links = planOf({ maxSeconds: 180, heartbeatSeconds: 20 }).links;
    expect(links.map(({ timeout, counts }) => [timeout, counts])).toEqual([
      ["drain", "life"],
      ["stop grace", "life"],
      ["proxy read", "silence"],
      ["wait for the stop", "life"],
    ]);
    expect(links.find(({ counts }) => counts === "silence")?.atLeastSeconds).toBe(40);
  });

  it("takes a longer grace from the settings, and the app waits for it", () => {
    expect(planOf({ maxSeconds: 180, stopGraceSeconds: 600 })).toMatchObject({
      stopGraceSeconds: 600,
      appStopSeconds: 605,
    });
  });

  it("holds in every link, for all settings that aren't refused", () => {
    fc.assert(
      fc.property(settings, (chosen) => {
        if (problemsOf(chosen).length > 0) return;
        const { links } = planOf(chosen);
        expect(links).toHaveLength(4);
        expect(links.filter(({ seconds, atLeastSeconds }) => seconds < atLeastSeconds)).toEqual([]);
      }),
    );
  });

  it("is refused exactly where a link would break", () => {
    fc.assert(
      fc.property(settings, (chosen) => {
        const breaks = planOf(chosen).links.some(({ seconds, atLeastSeconds }) => seconds < atLeastSeconds);
        expect(problemsOf(chosen).length > 0).toBe(breaks);
      }),
    );
  });

  it("is never refused where the grace is left to be derived", () => {
    fc.assert(
      fc.property(settings, ({ stopGraceSeconds: _, ...chosen }) => {
        expect(problemsOf(chosen)).toEqual([]);
      }),
    );
  });

  it("grows with the longest turn", () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 3599 }), (maxSeconds) => {
        const seconds = (max: number) =>
          planOf({ maxSeconds: max, heartbeatSeconds: 1 }).links.map((link) => link.seconds);
        const longer = seconds(maxSeconds + 1);
        expect(seconds(maxSeconds).map((one, index) => (longer[index] ?? 0) - one)).toEqual([1, 1, 1, 1]);
      }),
    );
  });
});

describe("a grace that is too short", () => {
  it("is refused with the arithmetic and the turn that it would allow", () => {
    expect(problemsOf({ maxSeconds: 180, stopGraceSeconds: 184 })).toEqual([
      {
        path: "turns.stopGraceSeconds",
        given: "184",
        allowed: "at least 185 (turn 180 s + drain 5 s): the container engine's stop is the link that breaks",
        mend: "remove turns.stopGraceSeconds to have it derived, or lower turns.maxSeconds to 179",
      },
    ]);
  });

  it("isn't offered a turn that is too short to be one", () => {
    expect(problemsOf({ maxSeconds: 180, stopGraceSeconds: 9 })).toMatchObject([
      { mend: "remove turns.stopGraceSeconds to have it derived" },
    ]);
  });

  it("is accepted once its own advice is followed", () => {
    fc.assert(
      fc.property(settings, (chosen) => {
        const [problem] = problemsOf(chosen);
        const advised = /lower turns\.maxSeconds to (\d+)/.exec(problem?.mend ?? "")?.[1];
        if (advised !== undefined) expect(problemsOf({ ...chosen, maxSeconds: Number(advised) })).toEqual([]);
      }),
    );
  });
});
