import { expect, it } from "vitest";
import { keptOf, withoutProtection } from "./down-pulumi.ts";

const resource = (type: string, name: string, data?: string) => ({
  urn: `urn:${name}`,
  type,
  custom: true,
  outputs: { name, labels: data === undefined ? [] : [{ label: "blueprint.data", value: data }] },
});
const volume = "docker:index/volume:Volume";
const password = resource("random:index/randomPassword:RandomPassword", "database-password");
const agent = resource("docker:index/container:Container", "flame-dev-agent");

it("volumes that outlive the environment stay, and the passwords that open what is on them", () => {
  const resources = [
    agent,
    resource(volume, "flame-data", "persistent"),
    resource(volume, "scratch", "disposable"),
    password,
  ];
  expect(keptOf({ resources })).toEqual({
    persistentVolumes: ["flame-data"],
    kept: ["urn:flame-data", "urn:database-password"],
  });
});

it.each([
  { why: "there is no volume that outlives it", deployment: { resources: [agent, password] } },
  { why: "nothing was made", deployment: {} },
])("nothing stays where $why", ({ deployment }) => {
  expect(keptOf(deployment)).toEqual({ persistentVolumes: [], kept: [] });
});

it("takes protection out of a state, and nothing else", () => {
  const volume = { urn: "urn:volume", type: "docker:index/volume:Volume", id: "flame-dev-data" };
  const state = { manifest: { version: "3" }, resources: [{ ...volume, protect: true, retainOnDelete: true }] };
  expect(withoutProtection(state)).toEqual({ manifest: { version: "3" }, resources: [volume] });
  expect(withoutProtection({})).toEqual({ resources: [] });
});
