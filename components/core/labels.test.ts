import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LABEL_PREFIX, labelsOf } from "./labels.ts";
import { sortedByName } from "./sorted.ts";
import { versions } from "./versions.ts";

const STANDARD = { environment: "dev", component: "agent" };

describe("labels", () => {
  it("are the standard ones where a user has none", () => {
    expect(labelsOf(STANDARD)).toEqual({
      "blueprint.component": "agent",
      "blueprint.environment": "dev",
      "blueprint.version": versions.blueprint,
    });
  });

  it("keep a user's own ones, which can't replace the standard ones", () => {
    const own = fc.dictionary(fc.string(), fc.string());
    fc.assert(
      fc.property(own, (labels) => {
        const all = labelsOf(STANDARD, { ...labels, [`${LABEL_PREFIX}environment`]: "other" });
        expect(all).toMatchObject(labelsOf(STANDARD));
        expect(Object.keys(all)).toEqual(expect.arrayContaining(Object.keys(labels)));
      }),
    );
  });
});

describe("names and values in order", () => {
  it("don't depend on the order in which they were written", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-zA-Z_.]{1,9}$/), fc.nat()), (record) => {
        const turned = Object.fromEntries(Object.entries(record).toReversed());
        expect(JSON.stringify(sortedByName(turned))).toBe(JSON.stringify(sortedByName(record)));
        expect(Object.keys(sortedByName(record))).toEqual(Object.keys(record).toSorted());
      }),
    );
  });
});
