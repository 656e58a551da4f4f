import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { previewStack, SecretValue, UnknownValue } from "../../../stacks/preview/index.ts";
import { type Document, desktopDocument, graphOf, manifestsOf, planOf } from "../../../test/support/environment.ts";
import { UPDATED_DESKTOP, WHOLE_DESKTOP } from "../../../test/support/whole-desktop.ts";
import type { ContainerTransforms } from "../../orchestration/index.ts";
import { LocalPodman } from "./local-podman.ts";

const CONTAINER = "docker:index/container:Container";

async function resourcesOf(document: Document, transforms?: ContainerTransforms) {
  const plan = planOf(document);
  const { resources, outputs } = await previewStack({
    project: "blueprint",
    stack: "dev",
    program: async () => {
      const { url, containerNames } = new LocalPodman("flame-dev", plan, {
        readSecret: () => pulumi.secret("value"),
        transforms,
      });
      return { url, containerNames };
    },
  });
  const find = (name: string) => resources.find((one) => one.name === `flame-dev-${name}`);
  return { resources, outputs, find };
}

describe("a desktop's resources", () => {
  it("are those of its plan, with the address as output", async () => {
    const { resources, outputs } = await resourcesOf(WHOLE_DESKTOP);
    const types = Object.entries(Object.groupBy(resources, ({ type }) => type)).map(([type, all]) => [
      type,
      all?.length,
    ]);
    expect(Object.fromEntries(types)).toEqual({
      "pulumi:pulumi:Stack": 1,
      "blueprint:topology:LocalPodman": 1,
      "pulumi:providers:docker": 1,
      "docker:index/network:Network": 1,
      "docker:index/volume:Volume": 2,
      "docker:index/remoteImage:RemoteImage": 5,
      [CONTAINER]: 5,
    });
    expect(outputs).toEqual({
      url: "http://127.0.0.1:4111",
      containerNames: planOf(WHOLE_DESKTOP).containers.map(({ name }) => name),
    });
  });

  it("are refused where Podman is to look for new images, which it does for units alone", async () => {
    await expect(graphOf(UPDATED_DESKTOP)).rejects.toThrow(
      /agent\.updates\.kind is "automatic"[\s\S]*fix: .*blueprint render/,
    );
    const units = manifestsOf(UPDATED_DESKTOP).filter(({ content }) => content.includes("AutoUpdate=registry"));
    expect(units.map(({ path }) => path)).toEqual(["quadlet/flame-dev-agent.container"]);
  });

  it("ask for an image once, however many containers run it", async () => {
    const image = "registry.example/team/tool:1.0.0";
    const tool = { image, healthCheck: { command: ["a"] } };
    const { resources } = await resourcesOf(
      desktopDocument({ resources: { host: { allowOversubscription: true } }, containers: { one: tool, two: tool } }),
    );
    expect(resources.filter(({ inputs }) => inputs.name === image)).toHaveLength(1);
  });

  it("wait for images, volumes and the containers that they need", async () => {
    const { resources, find } = await resourcesOf(WHOLE_DESKTOP);
    const images = resources.filter(({ type }) => type.endsWith("RemoteImage")).map(({ urn }) => urn);
    expect(find("worker")?.dependencies).toEqual(
      expect.arrayContaining([...images, find("cache")?.urn, find("agent")?.urn]),
    );
    expect(find("cache")?.dependencies).not.toContain(find("agent")?.urn);
  });

  it("share a password that nobody chose, which is made once and is a secret", async () => {
    const { find, resources } = await resourcesOf(desktopDocument({ agent: { database: { kind: "postgresql" } } }));
    expect(resources.filter(({ type }) => type === "random:index/randomPassword:RandomPassword")).toMatchObject([
      { name: "flame-dev-database-password", inputs: { length: 32, special: false } },
    ]);
    for (const key of ["agent", "database"]) {
      const envs = find(key)?.inputs.envs;
      const hidden = Array.isArray(envs) ? envs.filter((entry) => entry instanceof SecretValue) : [];
      expect(hidden.map((entry) => entry.reveal())).toEqual([expect.any(UnknownValue)]);
    }
  });

  it("keep no password of their own making where the user has one", async () => {
    const database = { kind: "postgresql", password: { secret: "databasePassword" } };
    const { resources } = await graphOf(desktopDocument({ agent: { database } }));
    expect(resources.filter(({ type }) => type.includes("random"))).toEqual([]);
  });
});

describe("a transform", () => {
  it("has the last word on each kind of child, and on no other", async () => {
    const { find } = await resourcesOf(desktopDocument(), {
      provider: (args, options) => ({ args: { ...args, host: "unix:///elsewhere.sock" }, options }),
      network: (args, options) => ({ args: { ...args, internal: true }, options }),
      volume: (args, options) => ({ args, options: { ...options, protect: true } }),
      image: (args, options) => ({ args: { ...args, forceRemove: true }, options }),
      container: (args, options) => ({ args: { ...args, shmSize: 64 }, options }),
    });
    expect(find("engine")?.inputs.host).toBe("unix:///elsewhere.sock");
    expect(find("network")?.inputs.internal).toBe(true);
    expect(find("volume-flame-dev-data")?.protect).toBe(true);
    expect(find("agent")?.inputs.shmSize).toBe(64);
    expect(find("agent")?.protect).toBe(false);
  });
});
