import { describe, expect, it } from "vitest";
import { collect } from "../testing/collect.ts";
import { paced } from "./pace.ts";

describe("a pace", () => {
  it("keeps to the clock, whatever each timer's own lateness is", async () => {
    const start = performance.now();
    await collect(paced(Array(200).keys(), 200, undefined));
    const seconds = (performance.now() - start) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(0.999);
    expect(seconds).toBeLessThan(1.1);
  });

  it("makes up for a consumer that was slow", async () => {
    const start = performance.now();
    for await (const item of paced(Array(100).keys(), 100, undefined)) {
      if (item !== 0) continue;
      for (const busyUntil = performance.now() + 300; performance.now() < busyUntil; );
    }
    expect(performance.now() - start).toBeLessThan(1_100);
  });

  it("stops at once with the reason of an abort", async () => {
    const controller = new AbortController();
    const items = paced([1, 2, 3], 0.01, controller.signal);
    const next = items.next();
    controller.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });
});
