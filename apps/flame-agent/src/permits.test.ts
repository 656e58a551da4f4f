import { describe, expect, it } from "vitest";
import { permits } from "./permits.ts";

const settled = async (promise: Promise<unknown>) => {
  const pending = Symbol();
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(() => resolve(pending)))])) !== pending;
};

describe("permits", () => {
  it("are given to so many at once, to the others in the order of their coming", async () => {
    const some = permits(2);
    const [first, second] = [await some.take(undefined), await some.take(undefined)];
    const [third, fourth] = [some.take(undefined), some.take(undefined)];
    expect([await settled(third), await settled(fourth)]).toEqual([false, false]);
    first();
    first();
    expect([await settled(third), await settled(fourth)]).toEqual([true, false]);
    second();
    expect(await settled(fourth)).toBe(true);
    (await third)();
    (await fourth)();
    expect(await settled(some.take(undefined))).toBe(true);
  });

  it("that are stopped while they wait leave the line, and have nothing to give back", async () => {
    const some = permits(1);
    const leave = await some.take(undefined);
    const stop = new AbortController();
    const stopped = some.take(stop.signal);
    const next = some.take(undefined);
    stop.abort();
    (await stopped)();
    expect(await settled(next)).toBe(false);
    leave();
    expect(await settled(next)).toBe(true);
    expect(await settled(some.take(stop.signal))).toBe(true);
  });
});
