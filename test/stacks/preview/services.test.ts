import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { SecretValue, UNKNOWN } from "../../../stacks/preview/index.ts";
import { preview, resource } from "../../support/preview-program.ts";

describe("a reference to another stack", () => {
  const program = () => {
    const base = new pulumi.StackReference("me/base/dev");
    return { host: base.getOutput("host"), token: base.getOutput("token"), port: base.requireOutput("port") };
  };

  it("gives the outputs that the preview was given, secrets as secrets", async () => {
    const graph = await preview(program, {
      stackReferences: { "me/base/dev": { host: "db.local", token: new SecretValue("t0ken"), port: 1 } },
    });
    expect(graph.outputs).toMatchObject({ host: "db.local", port: 1 });
    expect(graph.outputs.token).toBeInstanceOf(SecretValue);
    expect(JSON.stringify(graph)).not.toContain("t0ken");
    expect(resource(graph, "me/base/dev")).toMatchObject({ external: true, type: "pulumi:pulumi:StackReference" });
  });

  it("takes another preview's outputs as they are", async () => {
    const base = await preview(() => ({ host: "db.local", token: pulumi.secret("t0ken"), port: 1 }));
    const graph = await preview(program, { stackReferences: { "me/base/dev": base.outputs } });
    expect(graph.outputs).toMatchObject({ host: "db.local", port: 1 });
    expect(graph.outputs.token instanceof SecretValue && graph.outputs.token.reveal()).toBe("t0ken");
  });

  it("is unknown as a whole where one output is, as in the SDK", async () => {
    const graph = await preview(program, { stackReferences: { "me/base/dev": { host: "db.local", port: UNKNOWN } } });
    expect(graph.outputs.host).toBe(UNKNOWN);
  });

  it("without the output it needs is an error, and so is one to a stack that isn't there", async () => {
    const given = { stackReferences: { "me/base/dev": {}, "me/base/prod": {} } };
    await expect(preview(program, given)).rejects.toThrow(/'port' does not exist on stack 'me\/base\/dev'/);
    const other = preview(() => void new pulumi.StackReference("me/x/dev"), given);
    await expect(other).rejects.toThrow(/given: me\/base\/dev, me\/base\/prod/);
  });
});

describe("a provider's function", () => {
  it("gives the answer that the preview was given for it", async () => {
    const graph = await preview(
      async () => {
        const { driver } = await docker.getNetwork({ name: "net" });
        return { driver, later: docker.getNetworkOutput({ name: "later" }).internal };
      },
      {
        functions: {
          "docker:index/getNetwork:getNetwork": ({ name }) => ({ driver: `${name}-driver`, internal: true }),
        },
      },
    );
    expect(graph.outputs).toEqual({ driver: "net-driver", later: true });
  });
});

describe("transforms", () => {
  const bigger: pulumi.ResourceTransform = async ({ type, props, opts }) =>
    type.startsWith("docker:") ? { props: { ...props, driver: `${props.driver ?? "no"}+` }, opts } : undefined;

  it("of a resource, its parent and the stack run in this order", async () => {
    const graph = await preview(() => {
      pulumi.runtime.registerResourceTransform(async ({ type, props, opts }) =>
        type.startsWith("docker:") ? { props: { ...props, driver: `${props.driver}|stack` }, opts } : undefined,
      );
      const parent = new pulumi.ComponentResource(
        "a:b:C",
        "parent",
        {},
        {
          transforms: [async ({ props, opts }) => ({ props: { ...props, driver: `${props.driver}|parent` }, opts })],
        },
      );
      new docker.Volume(
        "volume",
        { driver: "local" },
        {
          parent,
          transforms: [async ({ props, opts }) => ({ props: { ...props, driver: `${props.driver}|own` }, opts })],
        },
      );
    });
    expect(resource(graph, "volume").inputs.driver).toBe("local|own|parent|stack");
  });

  it("may change options and keep the others", async () => {
    const graph = await preview(() => {
      new docker.Volume(
        "volume",
        {},
        {
          aliases: [{ name: "old" }],
          deleteBeforeReplace: true,
          transforms: [
            bigger,
            async ({ props, opts }) => ({
              props,
              opts: { ...opts, protect: true, ignoreChanges: ["labels"], customTimeouts: { delete: "1m" } },
            }),
          ],
        },
      );
    });
    expect(resource(graph, "volume")).toMatchObject({
      inputs: { driver: "no+" },
      protect: true,
      ignoreChanges: ["labels"],
      deleteBeforeReplace: true,
      customTimeouts: { delete: "1m" },
      aliases: ["urn:pulumi:dev::shop::docker:index/volume:Volume::old"],
    });
  });

  it("that fail are the program's failure", async () => {
    const failing = preview(() => {
      new random.RandomPet("pet", {}, { transforms: [() => Promise.reject(new Error("no pets"))] });
    });
    await expect(failing).rejects.toThrow(/transform failed: Error: no pets/);
  });
});

describe("what only an engine can do", () => {
  it("is let be: hooks of resources, the engine's version", async () => {
    const graph = await preview(async () => {
      await pulumi.runtime.requirePulumiVersion(">=3.0.0");
      const hook = new pulumi.ResourceHook("hook", () => undefined);
      const onError = new pulumi.ErrorHook("failed", () => false);
      new random.RandomPet("pet", {}, { hooks: { afterCreate: [hook], onError: [onError] } });
    });
    expect(graph.resources).toHaveLength(2);
  });
});
