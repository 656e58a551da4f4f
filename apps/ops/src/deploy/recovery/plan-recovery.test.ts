import { describe, expect, it } from "vitest";
import type { HeldAt } from "../engines/index.ts";
import { unaskedEngine } from "../testing/unasked-engine.ts";
import { compareWithState } from "./plan-recovery.ts";

const here = "desk:/home/ada/agents";
const owner = { id: "one", place: here };

const engineAt = (address: string) => unaskedEngine({ kind: "docker", address });
const engine = engineAt("unix:///run/one.sock");
const other = engineAt("unix:///run/other.sock");

function at(kind: "container" | "network" | "volume", name: string, labels = {}, where = engine): HeldAt {
  return {
    engine: where,
    held: {
      kind,
      name,
      id: name,
      type: `docker:index/${kind}:${kind[0]?.toUpperCase()}${kind.slice(1)}`,
      labels: { "blueprint.environment": "dev", ...labels },
      holdsData: kind === "volume",
      state: undefined,
      atRest: false,
      works: true,
      ports: [],
    },
  };
}

const known = ({ engine: { reference }, held: { type, id } }: HeldAt) => ({
  urn: `urn::${id}`,
  type,
  id,
  address: reference.kind === "docker" ? reference.address : undefined,
});
const ours = { "blueprint.owner": "one", "blueprint.owner-place": here };
const theirs = { "blueprint.owner": "two", "blueprint.owner-place": "desk:/home/bob/agents" };

describe("what engines hold against what the state knows", () => {
  it.each([
    {
      why: "the state knows all",
      held: [at("container", "agent"), at("volume", "data")],
      state: [at("container", "agent"), at("volume", "data")],
      comes: { orphans: [], foreign: [], gone: [] },
    },
    {
      why: "a run was killed while it made a container",
      held: [at("container", "agent"), at("network", "net", ours)],
      state: [at("network", "net", ours)],
      comes: { orphans: ["agent"], foreign: [], gone: [] },
    },
    {
      why: "a run was killed before its first object was written down",
      held: [at("network", "net", ours)],
      state: [],
      comes: { orphans: ["net"], foreign: [], gone: [] },
    },
    {
      why: "an older release left no owner, and the state knows the network beside",
      held: [at("container", "agent"), at("network", "net")],
      state: [at("network", "net")],
      comes: { orphans: ["agent"], foreign: [], gone: [] },
    },
    {
      why: "the state was lost, and the objects are from this place",
      held: [at("container", "agent"), at("volume", "data", { ...ours, "blueprint.owner": "lost" })],
      state: [],
      comes: { orphans: ["agent", "data"], foreign: [], gone: [] },
    },
    {
      why: "another project has brought up the same name",
      held: [at("container", "agent"), at("network", "net", theirs), at("volume", "data", theirs)],
      state: [],
      comes: { orphans: [], foreign: ["agent", "net", "data"], gone: [] },
    },
    {
      why: "nobody left a name, and no state knows it",
      held: [at("container", "agent"), at("volume", "data")],
      state: [],
      comes: { orphans: [], foreign: ["agent", "data"], gone: [] },
    },
    {
      why: "a container was removed by hand",
      held: [at("network", "net", ours)],
      state: [at("container", "agent"), at("network", "net", ours)],
      comes: { orphans: [], foreign: [], gone: ["agent"] },
    },
    {
      why: "a volume of the same name is on another engine",
      held: [at("volume", "data", ours), at("volume", "data", theirs, other)],
      state: [at("volume", "data", ours)],
      comes: { orphans: [], foreign: ["data"], gone: [] },
    },
  ])("$why", ({ held, state, comes }) => {
    const { orphans, foreign, gone } = compareWithState(held, { objects: state.map(known) }, owner, here);
    expect({
      orphans: orphans.map((one) => one.held.name),
      foreign: foreign.map((one) => one.at.held.name),
      gone: gone.map(({ id }) => id),
    }).toEqual(comes);
  });

  it("tells where another project is", () => {
    const held = [at("container", "agent"), at("network", "net", theirs)];
    const { foreign } = compareWithState(held, { objects: [] }, owner, here);
    expect(foreign.map((one) => one.owner)).toEqual(["desk:/home/bob/agents", "desk:/home/bob/agents"]);
  });

  it("looks for no image: a store keeps those of others too", () => {
    const image = {
      urn: "urn::image",
      type: "docker:index/remoteImage:RemoteImage",
      id: "sha256:1",
      address: undefined,
    };
    expect(compareWithState([], { objects: [image] }, owner, here).gone).toEqual([]);
  });
});
