import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { UNKNOWN, UnknownValue } from "../../../stacks/preview/index.ts";
import { preview, resource } from "../../support/preview-program.ts";

class Shelf extends pulumi.ComponentResource {
  readonly label: pulumi.Output<string>;

  constructor(name: string, options?: pulumi.ComponentResourceOptions) {
    super("shop:store:Shelf", name, {}, options);
    this.label = new random.RandomPet(`${name}-pet`, { length: 2 }, { parent: this }).id;
    this.registerOutputs({ label: this.label, rows: 3 });
  }
}

const URN = "urn:pulumi:dev::shop::";

describe("a resource in the graph", () => {
  it("has the URN that the engine gives it, with its parents' types", async () => {
    const graph = await preview(() => {
      new Shelf("inner", { parent: new Shelf("outer") });
    });

    expect(resource(graph, "inner-pet")).toMatchObject({
      urn: `${URN}shop:store:Shelf$shop:store:Shelf$random:index/randomPet:RandomPet::inner-pet`,
      parent: `${URN}shop:store:Shelf$shop:store:Shelf::inner`,
      custom: true,
      external: false,
    });
    expect(resource(graph, "outer")).toMatchObject({ urn: `${URN}shop:store:Shelf::outer`, custom: false });
    expect(resource(graph, "shop-dev")).toMatchObject({ type: "pulumi:pulumi:Stack", parent: undefined });
  });

  it("shows every option that the program set", async () => {
    const graph = await preview(() => {
      const provider = new docker.Provider("far", { host: "ssh://far" });
      const network = new docker.Network("net", { name: "net" });
      new docker.Volume(
        "data",
        { name: "data", driver: network.driver },
        {
          provider,
          protect: true,
          retainOnDelete: true,
          deleteBeforeReplace: true,
          ignoreChanges: ["labels"],
          replaceOnChanges: ["driver"],
          additionalSecretOutputs: ["mountpoint"],
          customTimeouts: { create: "5m" },
          dependsOn: [new docker.Volume("first", {})],
          aliases: [{ name: "store" }, { parent: undefined, type: "old:x:Volume" }, `${URN}a::b`, { parent: network }],
        },
      );
    });

    const volume = "docker:index/volume:Volume";
    expect(resource(graph, "data")).toMatchObject({
      provider: `${URN}pulumi:providers:docker::far`,
      protect: true,
      retainOnDelete: true,
      deleteBeforeReplace: true,
      ignoreChanges: ["labels"],
      replaceOnChanges: ["driver"],
      additionalSecretOutputs: ["mountpoint"],
      customTimeouts: { create: "5m" },
      dependencies: [`${URN}docker:index/network:Network::net`, `${URN}${volume}::first`],
      propertyDependencies: { driver: [`${URN}docker:index/network:Network::net`] },
      aliases: [
        `${URN}${volume}::store`,
        `${URN}old:x:Volume::data`,
        `${URN}a::b`,
        `${URN}docker:index/network:Network$${volume}::data`,
      ],
    });
    expect(resource(graph, "first")).toMatchObject({ provider: undefined, protect: false, customTimeouts: {} });
  });

  it("is the lookup's where the program reads an existing one", async () => {
    const graph = await preview(() => {
      docker.Network.get("found", "abc123");
    });
    expect(resource(graph, "found")).toMatchObject({ external: true, id: "abc123" });
  });

  it("has the component's registered outputs", async () => {
    const graph = await preview(() => {
      new Shelf("top");
    });
    expect(resource(graph, "top").outputs).toEqual({ label: UNKNOWN, rows: 3 });
  });
});

describe("what a provider computes", () => {
  const program = () => {
    const pet = new random.RandomPet("pet", { length: 2, prefix: "a" });
    const volume = new docker.Volume("volume", {
      name: pulumi.interpolate`v-${pet.id}`,
      driver: pet.prefix.apply((prefix) => `${prefix}-driver`),
    });
    return { id: pet.id, prefix: pet.prefix, name: volume.name };
  };

  it("is unknown in a preview and flows on as unknown, while inputs stay known", async () => {
    const graph = await preview(program);
    expect(resource(graph, "pet").id).toBeUndefined();
    expect(resource(graph, "volume").inputs).toEqual({ name: UNKNOWN, driver: "a-driver" });
    expect(graph.outputs).toEqual({ id: UNKNOWN, prefix: "a", name: UNKNOWN });
    expect(graph.outputs.id).toBeInstanceOf(UnknownValue);
  });

  it("is an id in an update, and what onResource adds", async () => {
    const graph = await preview(program, {
      mode: "update",
      onResource: ({ name }) => (name === "volume" ? { mountpoint: "/mnt" } : undefined),
    });
    expect(resource(graph, "pet").id).toBe("pet-id");
    expect(resource(graph, "volume")).toMatchObject({ inputs: { name: "v-pet-id" }, outputs: { mountpoint: "/mnt" } });
    expect(graph.outputs).toEqual({ id: "pet-id", prefix: "a", name: "v-pet-id" });
  });
});

describe("the graph", () => {
  it("is the same whatever the timing", async () => {
    const run = (delays: readonly number[]) =>
      preview(() => {
        for (const [index, delay] of delays.entries()) {
          const length = new Promise<number>((resolve) => setTimeout(() => resolve(2), delay));
          new random.RandomPet(`pet-${index}`, { length });
          void pulumi.log.info(`pet ${index}`);
        }
        new Shelf("shelf");
        void pulumi.log.warn("mind the gap");
      });
    const [one, other] = await Promise.all([run([9, 0, 5]), run([0, 9, 2])]);

    expect(other).toEqual(one);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
    expect(one.resources.map(({ name }) => name)).toEqual([
      "shop-dev",
      "pet-0",
      "pet-1",
      "pet-2",
      "shelf",
      "shelf-pet",
    ]);
    expect(one.messages.map(({ severity, text }) => `${severity}: ${text}`)).toEqual([
      "warning: mind the gap",
      "info: pet 0",
      "info: pet 1",
      "info: pet 2",
    ]);
  });

  it("names the resource that a message is about", async () => {
    const graph = await preview(() => {
      void pulumi.log.error("broken", new random.RandomPet("pet", {}));
    });
    expect(graph.messages).toEqual([{ severity: "error", text: "broken", urn: resource(graph, "pet").urn }]);
  });

  // Figures are the bench's business: about 1 s alone on two cores, several times that under coverage beside other work.
  it("of 1,000 resources is there within seconds", { timeout: 20_000 }, async () => {
    const graph = await preview(() => {
      for (let index = 0; index < 1000; index++) new random.RandomPet(`pet-${index}`, { length: 2 });
    });
    expect(graph.resources).toHaveLength(1001);
  });
});

describe("several stacks", () => {
  it("run at once without seeing each other", async () => {
    const graphs = await Promise.all(
      ["dev", "staging", "prod"].map((stack) =>
        preview(
          async () => {
            const size = new pulumi.Config("shop").requireNumber("size");
            await new Promise((resolve) => setTimeout(resolve, 5));
            for (let index = 0; index < size; index++) new random.RandomPet(`${pulumi.getStack()}-${index}`, {});
            return { stack: pulumi.getStack(), organization: pulumi.getOrganization() };
          },
          { stack, organization: `${stack}-org`, config: { "shop:size": String(stack.length) } },
        ),
      ),
    );
    expect(graphs.map(({ outputs }) => outputs)).toEqual([
      { stack: "dev", organization: "dev-org" },
      { stack: "staging", organization: "staging-org" },
      { stack: "prod", organization: "prod-org" },
    ]);
    expect(graphs.map(({ resources }) => resources.length)).toEqual([4, 8, 5]);
  });
});
