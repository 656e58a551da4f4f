import { expect, it } from "vitest";
import { decideData } from "./decide-data.ts";

const nothing = { deleteData: false, keepData: false, yes: false, canAsk: false };

it.each([
  { why: "nobody can be asked", given: {}, decision: "refuse" },
  { why: "deleting is named, and nobody has confirmed it", given: { deleteData: true }, decision: "refuse" },
  { why: "somebody can be asked", given: { canAsk: true }, decision: "ask" },
  { why: "deleting is named, and somebody can be asked", given: { deleteData: true, canAsk: true }, decision: "ask" },
  { why: "--yes alone names nothing to delete", given: { yes: true }, decision: "keep" },
  { why: "keeping is named", given: { keepData: true, canAsk: true }, decision: "keep" },
  { why: "deleting is named and confirmed", given: { deleteData: true, yes: true }, decision: "delete" },
])("data: $decision, since $why", ({ given, decision }) => {
  expect(decideData({ ...nothing, ...given })).toBe(decision);
});
