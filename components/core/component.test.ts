import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { previewStack } from "../../stacks/preview/index.ts";
import { BlueprintComponent, type Transform } from "./component.ts";

class Password extends BlueprintComponent {
  constructor(
    name: string,
    transform?: Transform<random.RandomPasswordArgs>,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("test:Password", name, options);
    const make = (childName: string, args: random.RandomPasswordArgs, own: pulumi.CustomResourceOptions) =>
      new random.RandomPassword(childName, args, own);
    this.child("secret", make, { length: 12 }, { protect: true }, transform);
    this.child("plain", make, { length: 4 });
    this.registerOutputs({});
  }
}

async function childrenOf(transform?: Transform<random.RandomPasswordArgs>) {
  const { resources } = await previewStack({
    project: "blueprint",
    stack: "dev",
    program: async () => {
      new Password("one", transform);
      return {};
    },
  });
  return resources.filter(({ custom }) => custom);
}

describe("a component's child", () => {
  it("is named after its component and stands below it", async () => {
    const [plain, secret] = await childrenOf();
    expect(plain).toMatchObject({ name: "one-plain", inputs: { length: 4 }, protect: false });
    expect(secret).toMatchObject({ name: "one-secret", inputs: { length: 12 }, protect: true });
    expect(secret?.parent).toBe("urn:pulumi:dev::blueprint::blueprint:test:Password::one");
  });

  it("is what the user's transform makes of it, and no other child is", async () => {
    const [plain, secret] = await childrenOf((args, options) => ({
      args: { ...args, length: 40 },
      options: { ...options, protect: false },
    }));
    expect(plain).toMatchObject({ inputs: { length: 4 } });
    expect(secret).toMatchObject({ inputs: { length: 40 }, protect: false });
  });
});
