import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import type { ContainerTransforms } from "../../components/orchestration/index.ts";
import { ownedDocker, ownedServer, runningOwner } from "../../stacks/ownership.ts";

const owner = { id: "one", place: "desk:/home/ada" };

it.each([
  { variables: {}, found: undefined },
  { variables: { BLUEPRINT_OWNER: "one" }, found: undefined },
  { variables: { BLUEPRINT_OWNER: "one", BLUEPRINT_OWNER_PLACE: "desk:/home/ada" }, found: owner },
])("the owner is who says so ($variables)", ({ variables, found }) => {
  expect(runningOwner(variables)).toEqual(found);
});

it("changes nothing where nobody says who runs the program", () => {
  const transforms = {};
  expect(ownedDocker(transforms, undefined)).toBe(transforms);
  expect(ownedServer(transforms, undefined)).toBe(transforms);
});

it.each(["Namespace", "PriorityClass"])("writes the owner on a %s", (kind) => {
  const { kubernetes } = ownedServer({}, owner);
  const shared = { kind, metadata: { name: "flame", annotations: { own: "kept" } } };
  expect(kubernetes?.object?.(shared, {})).toEqual({
    args: {
      kind,
      metadata: {
        name: "flame",
        annotations: { own: "kept", "blueprint.owner": "one", "blueprint.owner-place": "desk:/home/ada" },
      },
    },
    options: {},
  });
  const service = { kind: "Service", metadata: { name: "flame" } };
  expect(kubernetes?.object?.(service, {})).toEqual({ args: service, options: {} });
});

it("writes the owner on what keeps its labels, after the caller's own word", async () => {
  const transforms: ContainerTransforms = {
    volume: (args, options) => ({ args: { ...args, labels: [{ label: "own", value: "kept" }] }, options }),
  };
  const { volume } = ownedDocker(transforms, owner);
  const { args, options } = volume?.({ name: "data" }, {}) ?? {};
  expect(options).toEqual({ ignoreChanges: ["labels"] });
  const labels = await new Promise((resolve) => pulumi.output(args?.labels).apply(resolve));
  expect(labels).toEqual([
    { label: "own", value: "kept" },
    { label: "blueprint.owner", value: "one" },
    { label: "blueprint.owner-place", value: "desk:/home/ada" },
  ]);
});
