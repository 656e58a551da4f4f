import { describe, expect, it } from "vitest";
import { becomesLarge, largeAnswers, largeAnswersFor } from "./large-answers.ts";

const settled = async (promise: Promise<unknown>) => {
  const pending = Symbol();
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))])) !== pending;
};

describe("large answers", () => {
  it("are made so many at once, the others in the order of their coming", async () => {
    const large = largeAnswers(2);
    const [first, second] = [await large.take(undefined), await large.take(undefined)];
    const [third, fourth] = [large.take(undefined), large.take(undefined)];
    expect([await settled(third), await settled(fourth)]).toEqual([false, false]);
    first();
    first();
    expect([await settled(third), await settled(fourth)]).toEqual([true, false]);
    second();
    expect(await settled(fourth)).toBe(true);
    (await third)();
    (await fourth)();
    expect(await settled(large.take(undefined))).toBe(true);
  });

  it("that are stopped while they wait leave the line, and have nothing to give back", async () => {
    const large = largeAnswers(1);
    const leave = await large.take(undefined);
    const stop = new AbortController();
    const stopped = large.take(stop.signal);
    const next = large.take(undefined);
    stop.abort();
    (await stopped)();
    expect(await settled(next)).toBe(false);
    leave();
    expect(await settled(next)).toBe(true);
    expect(await settled(large.take(stop.signal))).toBe(true);
  });

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
