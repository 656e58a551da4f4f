import { beforeAll, describe, expect, it } from "vitest";
import { EnvironmentSettings } from "../../stacks/config.ts";
import { jsonSchemaOf, type SettingSchema, settingLeaves } from "../../stacks/settings-reference.ts";
import { countsOf } from "../support/effect-kinds.ts";
import { expectReasonsForUnacted } from "../support/not-acted-on.ts";
import { withoutEffect } from "../support/seed-settings.ts";
import { type LeafResult, observeEnvironment, walkSettings } from "../support/walk.ts";
import { DESKTOP_WORLD } from "../support/walk.values.ts";

/** Settings that a Quadlet unit has no place for, though a resource has. */
const NOT_IN_QUADLET: Readonly<Record<string, string>> = {
  "topology.engine.socket": "units are read by the engine itself, which needs no address",
  "topology.storage.persistent": "Pulumi protects the volume; an engine that reads units deletes none",
  "agent.logging.maxFiles": "acts on Docker, which has no Quadlet; on Podman more than 1 is refused",
  "containers.*.logging.maxFiles": "acts on Docker, which has no Quadlet; on Podman more than 1 is refused",
};

/** Settings that a file for `podman kube play` can't say, by the part of a path that they share. */
const NOT_IN_KUBE_PLAY: Readonly<Record<string, string>> = {
  "topology.storage.persistent": "Pulumi protects the volume; an engine that plays a file deletes none",
  "topology.engine.": "the file is played by the engine itself",
  "topology.network.subnet": "the network is made before the file is played on it",
  "topology.network.isolated": "the network is made before the file is played on it",
  "topology.storage.mountOptions": "an emptyDir has no mount options",
  ".restart.maxRetries": "a pod's OnFailure has no bound",
  ".logging.": "a pod doesn't choose its log driver",
  ".requests.cpu": "Podman takes only limits of CPU from a pod",
  ".limits.swap": "a pod has no swap of its own",
  ".cpuSet": "a pod doesn't choose its processors",
  ".priority": "Podman reads no CPU weight from a pod",
  "resources.host.prioritizeDesktopApp": "Podman reads no CPU weight from a pod",
  ".dependsOn": "pods of one file start in the order in which they stand there, not by a field",
};

const schema = jsonSchemaOf(EnvironmentSettings);
let results: readonly LeafResult[] = [];

beforeAll(async () => {
  results = await walkSettings(schema, observeEnvironment, DESKTOP_WORLD);
}, 180_000);

describe("every setting", () => {
  it("changes a resource or a manifest, or bounds others, or is refused at its own path; or it is said who isn't there yet", () => {
    const acted = results.filter(({ effects }) => effects.length > 0);
    console.log(`settings with effect: ${acted.length} of ${results.length} (${countsOf(acted)})`);
    expectReasonsForUnacted("desktop", results);
  });

  it("that changes a resource changes the Quadlet unit too, or a reason says why not", () => {
    const drifting = results.filter(({ effects }) => effects.includes("graph") && !effects.includes("quadlet"));
    expect(drifting.map(({ name }) => name)).toEqual(Object.keys(NOT_IN_QUADLET));
  });

  it("that changes a resource changes the file for podman kube play too, or a reason says why not", () => {
    const drifting = results.filter(({ effects }) => effects.includes("graph") && !effects.includes("kube-play"));
    const reasons = Object.keys(NOT_IN_KUBE_PLAY);
    expect(drifting.map(({ name }) => name).filter((name) => !reasons.some((part) => name.includes(part)))).toEqual([]);
    expect(reasons.filter((part) => !drifting.some(({ name }) => name.includes(part)))).toEqual([]);
  });

  it("takes no data along, unless the data are what it is about", () => {
    const names = results.filter(({ atStake }) => atStake.length > 0).map(({ name }) => name);
    expect(names).toEqual([
      "topology.engine.socket",
      "topology.storage.kind=volume",
      "topology.storage.name",
      "topology.storage.kind=bind",
      "topology.storage.kind=tmpfs",
      "agent.database.kind=embedded",
      "agent.database.kind=postgresql",
      "agent.database.name",
      "agent.database.volumeName",
      "agent.database.kind=external",
      "agent.database.host",
      "agent.database.port",
      "agent.database.name",
    ]);
  });

  it("has values that the walk still uses", () => {
    const names = new Set(results.flatMap(({ name, leaf }) => [name, leaf.path]));
    const { lists: entries, values, variants } = DESKTOP_WORLD;
    const lists = Object.keys(entries).filter((list) => ![...names].some((name) => name.startsWith(`${list}[]`)));
    expect([...Object.keys(values), ...Object.keys(variants)].filter((name) => !names.has(name))).toEqual([]);
    expect(lists).toEqual([]);
  });
});

describe("a setting that nothing reads", () => {
  it.each([
    { why: "beside settings that have an effect", group: "desktop", leaf: { type: "boolean", default: true } },
    { why: "in a group of another concern", group: "turns", leaf: { type: "integer", default: 5 } },
  ])("is named by the same walk: $why", async ({ group, leaf }) => {
    const extended = withProperty(schema, group, "unread", leaf);
    const found = await walkSettings(
      onlyGroup(extended, group),
      (document) =>
        // The plan of a schema that accepts the setting and passes it to nobody.
        observeEnvironment({ ...document, [group]: without(document[group], "unread") }),
      DESKTOP_WORLD,
    );
    const dead = found.filter(({ effects, told }) => effects.length === 0 && told.length === 0).map(({ name }) => name);
    expect(found.length).toBeGreaterThan(1);
    expect(dead).toEqual([`${group}.unread`]);
  });

  it("is named too where the walk has no second value for it", async () => {
    const extended = withProperty(schema, "desktop", "unread", { type: "string", default: "text" });
    const [result] = (await walkSettings(onlyGroup(extended, "desktop"), observeEnvironment, DESKTOP_WORLD)).slice(-1);
    expect(result).toMatchObject({
      name: "desktop.unread",
      effects: [],
      failure: expect.stringMatching("no second value"),
    });
  });

  it("is named too where it is only refused as unknown", async () => {
    const extended = withProperty(schema, "desktop", "unread", { type: "boolean", default: true });
    const [result] = (await walkSettings(onlyGroup(extended, "desktop"), observeEnvironment, DESKTOP_WORLD)).slice(-1);
    expect(result).toMatchObject({ name: "desktop.unread", effects: [], failure: "base refused: desktop.unread" });
  });
});

describe("the requirements document", () => {
  it("has its desktop served by settings that have an effect", () => {
    expect(withoutEffect("desktop", results)).toEqual([]);
  });
});

function withProperty(root: SettingSchema, group: string, name: string, leaf: SettingSchema): SettingSchema {
  const inner = root.properties?.[group];
  return {
    ...root,
    properties: { ...root.properties, [group]: { ...inner, properties: { ...inner?.properties, [name]: leaf } } },
  };
}

function onlyGroup(root: SettingSchema, group: string): SettingSchema {
  const inner = root.properties?.[group];
  if (!inner || settingLeaves(inner).length === 0) throw new Error(`the schema has no ${group}`);
  return { properties: { [group]: inner } };
}

function without(group: unknown, name: string): unknown {
  if (typeof group !== "object" || group === null) return group;
  return Object.fromEntries(Object.entries(group).filter(([key]) => key !== name));
}
