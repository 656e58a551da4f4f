import { describe, expect, it } from "vitest";
import { ScalingSettings } from "./scaling.settings.ts";

const issuesOf = (settings: unknown) => ScalingSettings.safeParse(settings).error?.issues ?? [];

describe("how many agents run", () => {
  it("is one where nothing is said", () => {
    expect(ScalingSettings.parse({})).toEqual({ preset: "minimal", replicas: { min: 1, max: 1 } });
  });

  it.each([
    { why: "a range", settings: { replicas: { min: 2, max: 8 } } },
    { why: "one number", settings: { replicas: { min: 3, max: 3 } } },
    { why: "none while nobody asks", settings: { replicas: { min: 0, max: 1 }, idleStopAfter: "15m" } },
  ])("may be $why", ({ settings }) => {
    expect(issuesOf(settings)).toEqual([]);
  });

  it.each([
    {
      why: "more at least than at most",
      settings: { replicas: { min: 3, max: 2 } },
      path: ["replicas", "min"],
      message: /replicas\.max, which is 2/,
    },
    {
      why: "none, without a time after which",
      settings: { replicas: { min: 0 } },
      path: ["idleStopAfter"],
      message: /such as 15m while replicas\.min is 0/,
    },
    {
      why: "one, with a time after which none",
      settings: { idleStopAfter: "15m" },
      path: ["idleStopAfter"],
      message: /nothing while replicas\.min keeps/,
    },
    {
      why: "none, at once",
      settings: { replicas: { min: 0 }, idleStopAfter: "0s" },
      path: ["idleStopAfter"],
      message: /at least 1m/,
    },
  ])("is refused as $why", ({ settings, path, message }) => {
    expect(issuesOf(settings)).toMatchObject([{ path, message: expect.stringMatching(message) }]);
  });
});
