import { describe, expect, it } from "vitest";
import { becomesLarge, largeAnswersFor } from "./large-answers.ts";

describe("large answers", () => {
  it.each([
    { leftMiB: 200, answerLimitKiB: 1024, most: 10 },
    { leftMiB: 200, answerLimitKiB: 64, most: 160 },
    { leftMiB: 3_000, answerLimitKiB: 1024, most: 150 },
    { leftMiB: 5, answerLimitKiB: 2048, most: 1 },
    { leftMiB: -50, answerLimitKiB: 1024, most: 1 },
  ])("are $most at once of $answerLimitKiB KiB where $leftMiB MiB are left", ({ leftMiB, answerLimitKiB, most }) => {
    expect(largeAnswersFor(leftMiB, answerLimitKiB)).toBe(most);
  });

  it("are large once, when they have more than 64 KiB", () => {
    const isLargeNow = becomesLarge();
    expect([40_000, 25_536, 1, 100_000].map(isLargeNow)).toEqual([false, false, true, false]);
  });
});
