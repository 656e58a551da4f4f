import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Document, graphOf, manifestsOf, planOf } from "../support/environment.ts";
import { WHOLE_DESKTOP } from "../support/whole-desktop.ts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the same environment", () => {
  it("gives the same graph and the same bytes every time", async () => {
    const [one, other] = [await graphOf(WHOLE_DESKTOP), await graphOf(WHOLE_DESKTOP)];
    expect(other).toEqual(one);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(manifestsOf(WHOLE_DESKTOP)).toEqual(manifestsOf(WHOLE_DESKTOP));
  });

  it("gives the same graph with the keys of its document the other way round", async () => {
    const turned = reordered(WHOLE_DESKTOP, (keys) => keys.toReversed());
    expect(JSON.stringify(turned)).not.toBe(JSON.stringify(WHOLE_DESKTOP));
    expect(JSON.stringify(await graphOf(turned))).toBe(JSON.stringify(await graphOf(WHOLE_DESKTOP)));
  });

  it("gives the same plan and the same bytes with the keys of its document in any order", () => {
    const plan = JSON.stringify(planOf(WHOLE_DESKTOP));
    const manifests = manifestsOf(WHOLE_DESKTOP);
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const shuffled = reordered(WHOLE_DESKTOP, (keys) =>
          keys.toSorted(() => ((numbers.next().value ?? 0) % 2) * 2 - 1),
        );
        expect(JSON.stringify(planOf(shuffled))).toBe(plan);
        expect(manifestsOf(shuffled)).toEqual(manifests);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same bytes whenever it is planned, and whatever random numbers come up", () => {
    const looks = [
      { time: "1999-12-31T23:59:59Z", random: 0.1 },
      { time: "2032-02-29T00:00:00Z", random: 0.9 },
    ];
    const [one, other] = looks.map(({ time, random }) => {
      vi.setSystemTime(new Date(time));
      vi.spyOn(Math, "random").mockReturnValue(random);
      return manifestsOf(WHOLE_DESKTOP);
    });
    expect(other).toEqual(one);
  });
});

/** The same document with the keys of every group in another order; lists keep theirs, which has a meaning. */
function reordered(document: Document, order: (keys: string[]) => string[]): Document {
  const change = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(change);
    if (typeof value !== "object" || value === null) return value;
    const entries = new Map(Object.entries(value));
    return Object.fromEntries(order([...entries.keys()]).map((key) => [key, change(entries.get(key))]));
  };
  return Object.fromEntries(Object.entries(Object(change(document))));
}
