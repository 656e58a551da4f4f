import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRateLimit } from "./rate-limit.ts";

describe("a rate limit", () => {
  it("lets a burst go on, then one per interval, and says how long to wait", () => {
    const wait = createRateLimit({ perMinute: 60, burst: 3 });
    expect([wait("a", 0), wait("a", 0), wait("a", 0), wait("a", 0)]).toEqual([0, 0, 0, 1]);
    expect([wait("a", 1_000), wait("a", 1_000)]).toEqual([0, 1]);
    expect([wait("a", 60_000), wait("a", 60_000), wait("a", 60_000), wait("a", 60_000)]).toEqual([0, 0, 0, 1]);
  });

  it("keeps clients apart", () => {
    const wait = createRateLimit({ perMinute: 1, burst: 1 });
    expect([wait("a", 0), wait("b", 0), wait("a", 0)]).toEqual([0, 0, 60]);
  });

  it("forgets who was silent for longest when too many come, and stays bounded", () => {
    const wait = createRateLimit({ perMinute: 1, burst: 1 });
    wait("first", 0);
    for (let client = 0; client < 20_000; client += 1) wait(`client ${client}`, 0);
    expect([wait("first", 0), wait("client 19999", 0)]).toEqual([0, 60]);
  });

  it("never lets more go on than the burst and the pace allow, and never makes waiting as long as told useless", () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1, max: 20 }),
        (waits, perMinute, burst) => {
          const limit = createRateLimit({ perMinute, burst });
          let now = 0;
          let allowed = 0;
          for (const gap of waits) {
            now += gap;
            if (limit("a", now) === 0) allowed += 1;
          }
          expect(allowed).toBeLessThanOrEqual(burst + Math.ceil((now / 60_000) * perMinute) + 1);
          const seconds = limit("a", now);
          if (seconds > 0) expect(limit("a", now + seconds * 1_000)).toBe(0);
        },
      ),
    );
  });
});
