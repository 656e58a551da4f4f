import { expect, it } from "vitest";
import type { Change } from "../../../../stacks/changes/index.ts";
import { changeCounts, changeLines } from "./changes.ts";

const change = (more: Partial<Change>): Change => ({
  urn: "urn:agent",
  type: "docker:index/container:Container",
  name: "flame-dev-agent",
  object: "flame-dev-agent",
  effect: "update",
  inputs: ["memory"],
  because: undefined,
  gap: false,
  data: undefined,
  ...more,
});
const plain = (_style: string, text: string) => text;

it("changes are told by what they mean, data first and gaps next", () => {
  const changes = [
    change({}),
    change({ effect: "replace", gap: true, inputs: [], because: "flame-dev-network" }),
    change({ effect: "replace", inputs: ["a", "b", "c", "d", "e"] }),
    change({ effect: "delete", inputs: [], data: "deleted", name: "flame-dev-volume" }),
  ];
  expect(changeCounts(changes)).toBe(
    "1 update, 1 replace with a gap, 1 replace without a gap, 1 data at stake: deleted",
  );
  expect(changeLines(changes, plain).map((line) => line.trim().replace(/ +/g, " "))).toEqual([
    "data at stake: deleted docker:index/container:Container flame-dev-volume",
    "replace with a gap docker:index/container:Container flame-dev-agent with flame-dev-network",
    "update docker:index/container:Container flame-dev-agent memory",
    "replace without a gap docker:index/container:Container flame-dev-agent a, b, c, d and 1 more input",
  ]);
  expect(changeCounts([])).toBe("nothing changes");
});
