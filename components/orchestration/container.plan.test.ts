import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { startOrder } from "./container.plan.ts";

interface Item {
  readonly key: string;
  readonly dependsOn: readonly string[];
}

const item = (key: string, ...dependsOn: readonly string[]): Item => ({ key, dependsOn });

/** Graphs of up to eight items; each may depend on any, also on itself. */
const graphs = fc.integer({ min: 0, max: 8 }).chain((count) => {
  const keys = Array.from({ length: count }, (_, index) => `c${index}`);
  return fc.tuple(...keys.map((key) => fc.subarray(keys).map((dependsOn) => item(key, ...dependsOn))));
});

/** Whether a walk along dependencies comes back to where it began: by removing what depends on nothing, again and again. */
function hasCycle(items: readonly Item[]): boolean {
  let left = items;
  for (;;) {
    const kept = left.filter(({ dependsOn }) => dependsOn.some((key) => left.some((other) => other.key === key)));
    if (kept.length === left.length) return left.length > 0;
    left = kept;
  }
}

describe("the start order", () => {
  it.each([
    { why: "nothing", items: [], keys: [] },
    { why: "the order in which they stand, without dependencies", items: [item("b"), item("a")], keys: ["b", "a"] },
    { why: "what is needed first", items: [item("a", "b"), item("b")], keys: ["b", "a"] },
    { why: "a chain", items: [item("a", "b"), item("b", "c"), item("c")], keys: ["c", "b", "a"] },
    { why: "what two need, once", items: [item("a", "c"), item("b", "c"), item("c")], keys: ["c", "a", "b"] },
    { why: "a dependency that isn't there, left out", items: [item("a", "elsewhere")], keys: ["a"] },
  ])("is $why", ({ items, keys }) => {
    const order = startOrder(items);
    expect(order.kind === "order" && order.items.map(({ key }) => key)).toEqual(keys);
  });

  it.each([
    { why: "itself", items: [item("a", "a")], keys: ["a", "a"] },
    { why: "each other", items: [item("a", "b"), item("b", "a")], keys: ["a", "b", "a"] },
    {
      why: "a circle behind what is asked first",
      items: [item("a", "b"), item("b", "c"), item("c", "b")],
      keys: ["b", "c", "b"],
    },
  ])("is a cycle where containers wait for $why", ({ items, keys }) => {
    expect(startOrder(items)).toEqual({ kind: "cycle", keys });
  });

  it("has each item once, after all that it depends on", () => {
    fc.assert(
      fc.property(graphs, (items) => {
        const order = startOrder(items);
        if (order.kind === "cycle") return;
        const places = new Map(order.items.map(({ key }, index) => [key, index]));
        expect(places.size).toBe(items.length);
        for (const { key, dependsOn } of order.items) {
          for (const dependency of dependsOn) expect(places.get(dependency)).toBeLessThan(places.get(key) ?? -1);
        }
      }),
    );
  });

  it("is a cycle exactly where there is one, and names items that do wait for each other", () => {
    fc.assert(
      fc.property(graphs, (items) => {
        const order = startOrder(items);
        expect(order.kind === "cycle").toBe(hasCycle(items));
        if (order.kind === "order") return;
        expect(order.keys.at(-1)).toBe(order.keys[0]);
        for (const [index, key] of order.keys.slice(0, -1).entries()) {
          expect(items.find((one) => one.key === key)?.dependsOn).toContain(order.keys[index + 1]);
        }
      }),
    );
  });
});
