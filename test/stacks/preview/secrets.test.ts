import { inspect } from "node:util";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { describe, expect, it } from "vitest";
import { SecretValue, UNKNOWN } from "../../../stacks/preview/index.ts";
import { preview, resource } from "../../support/preview-program.ts";

const PLANTED = "pl4nted-s3cret";
const config = { "shop:password": PLANTED, "shop:nested": JSON.stringify({ key: `${PLANTED}-deep` }) };
const secretKeys = ["shop:password", "shop:nested"];

const program = () => {
  const settings = new pulumi.Config("shop");
  const password = settings.requireSecret("password");
  const nested = settings.requireSecretObject<{ key: string }>("nested");
  new docker.Container("box", {
    image: "box:1",
    envs: [pulumi.interpolate`URL=postgres://me:${password}@db`, "PLAIN=1", nested.apply(({ key }) => `KEY=${key}`)],
    labels: [{ label: "x", value: pulumi.secret(PLANTED) }],
  });
  const generated = new random.RandomPassword("generated", { length: 20 });
  new docker.Container("other", { image: "box:1", envs: [pulumi.interpolate`P=${generated.result}`] });
  void pulumi.log.warn(`the password ${PLANTED} is weak`);
  return { password, generated: generated.result, nested, list: [{ deep: password }] };
};

describe("a secret", () => {
  it("appears nowhere in the graph's text", async () => {
    const graph = await preview(program, { config, secretKeys });
    for (const text of [JSON.stringify(graph), inspect(graph, { depth: 99, showHidden: true, getters: true })]) {
      expect(text).not.toContain(PLANTED);
    }
    expect(graph.messages).toMatchObject([{ text: "the password [secret] is weak" }]);
  });

  it("is marked where it stands, and revealed only when asked", async () => {
    const graph = await preview(program, { config, secretKeys });
    const { envs } = resource(graph, "box").inputs;
    const [url, plain] = Array.isArray(envs) ? envs : [];
    expect(url).toBeInstanceOf(SecretValue);
    expect(url instanceof SecretValue && url.reveal()).toBe(`URL=postgres://me:${PLANTED}@db`);
    expect(plain).toBe("PLAIN=1");
    expect(JSON.parse(JSON.stringify(graph.outputs))).toEqual({
      password: { marker: "secret" },
      generated: { marker: "secret" },
      nested: { marker: "secret" },
      list: [{ deep: { marker: "secret" } }],
    });
  });

  it("may itself be unknown", async () => {
    const graph = await preview(program, { config, secretKeys });
    const { generated } = graph.outputs;
    expect(generated instanceof SecretValue && generated.reveal()).toBe(UNKNOWN);
    expect(JSON.stringify(resource(graph, "other").inputs.envs)).toBe('[{"marker":"secret"}]');
  });

  it("is blotted out of an error's message", async () => {
    const failing = preview(
      () => {
        new pulumi.Config("shop").requireSecret("password").apply((password) => {
          throw new pulumi.RunError(`wrong password ${password}`);
        });
      },
      { config, secretKeys },
    );
    await expect(failing).rejects.toThrow("wrong password [secret]");
  });
});
