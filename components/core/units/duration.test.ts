import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationSeconds, formatSeconds } from "./duration.ts";

describe("a duration", () => {
  it.each([
    { text: "90s", seconds: 90 },
    { text: "15m", seconds: 900 },
    { text: "24h", seconds: 86_400 },
    { text: "7d", seconds: 604_800 },
    { text: "0s", seconds: 0 },
  ])("is read from $text", ({ text, seconds }) => {
    expect(DurationSeconds.parse(text)).toBe(seconds);
  });

  it.each([
    { text: "15", why: "no unit" },
    { text: "1.5h", why: "a fraction" },
    { text: "1h30m", why: "two units" },
    { text: "-1s", why: "a sign" },
    { text: "1w", why: "an unknown unit" },
    { text: "1 h", why: "a blank" },
    { text: "", why: "nothing written" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(DurationSeconds.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringContaining("such as 15m") },
    ]);
  });

  it.each([
    { seconds: 0, text: "0s", why: "nothing" },
    { seconds: 90, text: "90s", why: "a part of a minute" },
    { seconds: 3600, text: "1h", why: "a whole hour" },
    { seconds: 172_800, text: "2d", why: "whole days" },
  ])("of $seconds seconds is printed as $text: $why", ({ seconds, text }) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it("is read back from what is printed", () => {
    fc.assert(
      fc.property(fc.nat(), (seconds) => {
        expect(DurationSeconds.parse(formatSeconds(seconds))).toBe(seconds);
      }),
    );
  });
});
