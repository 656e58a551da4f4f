import { expect, it } from "vitest";
import { released } from "./protection.ts";

it("only what was named loses its protection, and nothing else of the state changes", () => {
  const kept = { protect: true, retainOnDelete: true };
  const deployment = {
    manifest: { version: "v3" },
    resources: [
      { urn: "urn:data", ...kept, inputs: { name: "data" } },
      { urn: "urn:other", ...kept },
    ],
  };
  expect(released(deployment, ["urn:data"])).toEqual({
    manifest: { version: "v3" },
    resources: [
      { urn: "urn:data", inputs: { name: "data" } },
      { urn: "urn:other", ...kept },
    ],
  });
});

it("all of it does where everything is to go", () => {
  expect(released({ resources: [{ urn: "urn:data", protect: true }] }, "all")).toEqual({
    resources: [{ urn: "urn:data" }],
  });
  expect(released({}, "all")).toEqual({ resources: [] });
});
