import resources from "@pulumi/pulumi/proto/resource_pb.js";
import sources from "@pulumi/pulumi/proto/source_pb.js";
import { describe, expect, it, vi } from "vitest";
import { byText, inTreeOrder } from "../../../stacks/preview/graph.ts";
import { readNode, registeredNode, sourceOf } from "../../../stacks/preview/resource.ts";
import { urnOf } from "../../../stacks/preview/urns.ts";

const identity = { project: "shop", stack: "dev", type: "a:b:C", name: "thing", parent: "" };
const decided = { identity, id: undefined, computed: {} };

describe("a bare request", () => {
  it("makes a node with nothing set", () => {
    const node = registeredNode(new resources.RegisterResourceRequest(), {}, decided);
    expect(node).toMatchObject({
      parent: undefined,
      protect: false,
      deleteBeforeReplace: undefined,
      customTimeouts: {},
    });
    expect(readNode(new resources.ReadResourceRequest(), decided)).toMatchObject({ inputs: {}, external: true });
  });
});

describe("the place in the program", () => {
  const at = (uri: string) => {
    const position = new sources.SourcePosition();
    position.setUri(uri);
    position.setLine(7);
    return sourceOf(position);
  };

  it("is the file and line, however the SDK writes the file", () => {
    expect([at("file:///srv/a.ts"), at("file:///here/file:/srv/a.ts")]).toEqual(["/srv/a.ts:7", "/srv/a.ts:7"]);
    expect(sourceOf(undefined)).toBe("an unknown line");
  });
});

describe("the order of the graph", () => {
  const node = (name: string, type: string) => ({
    ...registeredNode(
      new resources.RegisterResourceRequest(),
      {},
      { ...decided, identity: { ...identity, name, type } },
    ),
  });

  it("is by name, then by type, by code unit", () => {
    const nodes = [node("b", "t:i:A"), node("a", "t:i:Z"), node("a", "t:i:A"), node("B", "t:i:A")];
    expect(inTreeOrder(nodes).map(({ name, type }) => `${name} ${type}`)).toEqual([
      "B t:i:A",
      "a t:i:A",
      "a t:i:Z",
      "b t:i:A",
    ]);
    expect(["ä", "b", "a", "a"].toSorted(byText)).toEqual(["a", "a", "b", "ä"]);
  });
});

describe("a URN", () => {
  it("takes a name as it is, and its parent's types without the parent's name", () => {
    const parent = urnOf({ ...identity, name: "odd::name$1" });
    expect(parent).toBe("urn:pulumi:dev::shop::a:b:C::odd::name$1");
    expect(urnOf({ ...identity, parent })).toBe("urn:pulumi:dev::shop::a:b:C$a:b:C::thing");
  });
});

describe("another version of the SDK", () => {
  it("is refused with the version that is needed", async () => {
    vi.resetModules();
    vi.doMock("@pulumi/pulumi/runtime/state.js", () => ({}));
    const { loadSdk } = await import("../../../stacks/preview/sdk.ts");
    await expect(loadSdk()).rejects.toThrow(/@pulumi\/pulumi has changed inside.*pin 3\.270\.0/);
    vi.doUnmock("@pulumi/pulumi/runtime/state.js");
  });
});
