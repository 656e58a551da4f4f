import { expect, it } from "vitest";
import { keptOf } from "./down-pulumi.ts";

const resource = (type: string, name: string, more: object = {}) => ({
  urn: `urn::${name}`,
  type,
  custom: true,
  inputs: { name },
  ...more,
});
const volume = "docker:index/volume:Volume";
const password = "random:index/randomPassword:RandomPassword";
const agent = resource("docker:index/container:Container", "flame-dev-agent");
const kept = { protect: true, retainOnDelete: true };

it("volumes that outlive the environment stay, and the passwords that open what is on them", () => {
  const resources = [
    agent,
    resource(volume, "flame-data", kept),
    resource(volume, "scratch"),
    resource(password, "database-password", { inputs: { length: 32 }, ...kept }),
  ];
  expect(keptOf({ resources })).toEqual({
    persistentData: ["volume flame-data"],
    kept: ["urn::flame-data", "urn::database-password"],
  });
});

it("volumes of a release that only labelled them stay too, with their unprotected passwords", () => {
  const labels = [{ __defaults: [], label: "blueprint.data", value: "persistent" }];
  const resources = [
    resource(volume, "flame-data", { inputs: { name: "flame-data", labels } }),
    resource(password, "database-password", { inputs: { length: 32 } }),
  ];
  expect(keptOf({ resources })).toEqual({
    persistentData: ["volume flame-data"],
    kept: ["urn::flame-data", "urn::database-password"],
  });
});

it("a cluster's claims stay, with the namespace in which they are and the secrets that open them", () => {
  const object = (type: string, name: string, more: object = {}) =>
    resource(`kubernetes:core/v1:${type}`, name, { inputs: { metadata: { name } }, ...more });
  const resources = [
    object("Namespace", "flame-dev", kept),
    object("PersistentVolumeClaim", "flame-dev-postgresql", kept),
    object("Secret", "flame-dev-generated-database-password", kept),
    object("Secret", "flame-dev-access-token"),
  ];
  expect(keptOf({ resources })).toEqual({
    persistentData: ["claim flame-dev-postgresql"],
    kept: ["urn::flame-dev-postgresql", "urn::flame-dev", "urn::flame-dev-generated-database-password"],
  });
});

it.each([
  {
    why: "there is no volume that outlives it",
    deployment: { resources: [agent, resource(password, "database-password"), resource(volume, "scratch")] },
  },
  { why: "nothing was made", deployment: {} },
])("nothing stays where $why", ({ deployment }) => {
  expect(keptOf(deployment)).toEqual({ persistentData: [], kept: [] });
});
