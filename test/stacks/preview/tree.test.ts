import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { expect, it } from "vitest";
import { renderTree, type StackGraph, summarise } from "../../../stacks/preview/index.ts";
import { preview, resource } from "../../support/preview-program.ts";

const program = () => {
  const app = new pulumi.ComponentResource("shop:app:App", "app");
  const image = new docker.RemoteImage("image", { name: "web:1" }, { parent: app });
  const provider = new docker.Provider("far", { host: "ssh://far" });
  new docker.Container(
    "web",
    { image: "web:1", memory: 512 },
    { parent: app, protect: true, aliases: [{ name: "site" }] },
  );
  new docker.Container("job", { image: image.repoDigest }, { parent: app, provider, retainOnDelete: true });
  new docker.Container("safe", { image: pulumi.secret("web:1") }, { parent: app });
  docker.Network.get("net", "abc");
  new random.RandomPet("pet", {});
};

it("a tree shows parents above their children with what matters about each", async () => {
  expect(renderTree(await preview(program))).toBe(
    `
Stack shop-dev
  shop:app:App app
    docker:RemoteImage image
    docker:Container job  image unknown, retained, by provider far
    docker:Container safe  image [secret]
    docker:Container web  image web:1, memory 512, protected, was site
  pulumi:providers:docker far
  docker:Network net  looked up
  random:RandomPet pet
`.trim(),
  );
});

it("a type is shortened to what tells it apart", async () => {
  const graph = await preview(program);
  const node = resource(graph, "pet");
  const types = ["aws:s3/bucket:Bucket", "kubernetes:apps/v1:Deployment", "vendor:mod:Name", "odd", "vendor:vendor:X"];
  const of = (type: string): StackGraph => ({ ...graph, resources: [{ ...node, type, parent: undefined }] });
  expect(types.map((type) => renderTree(of(type)))).toEqual([
    "aws:s3:Bucket pet",
    "kubernetes:apps:Deployment pet",
    "vendor:mod:Name pet",
    "odd pet",
    "vendor:X pet",
  ]);
});

it("a summary counts what is made, grouped, looked up and protected", async () => {
  expect(summarise(await preview(program))).toEqual({
    resources: 6,
    components: 1,
    external: 1,
    protected: 1,
    byType: {
      "docker:index/remoteImage:RemoteImage": 1,
      "docker:index/container:Container": 3,
      "pulumi:providers:docker": 1,
      "random:index/randomPet:RandomPet": 1,
    },
  });
});
