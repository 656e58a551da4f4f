import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ImageReference } from "./image-reference.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image", () => {
  it.each([
    {
      why: "a registry, a path and a tag",
      text: "registry.example/team/flame-agent:1.2.0",
      parts: {
        registry: "registry.example",
        repository: "registry.example/team/flame-agent",
        tag: "1.2.0",
        digest: undefined,
      },
    },
    {
      why: "a digest alone",
      text: `registry.example/flame-agent@${DIGEST}`,
      parts: {
        registry: "registry.example",
        repository: "registry.example/flame-agent",
        tag: undefined,
        digest: DIGEST,
      },
    },
    {
      why: "a tag and a digest, which wins",
      text: `registry.example/flame-agent:latest@${DIGEST}`,
      parts: {
        registry: "registry.example",
        repository: "registry.example/flame-agent",
        tag: "latest",
        digest: DIGEST,
      },
    },
    {
      why: "a registry with a port",
      text: "registry.example:5000/agent:1",
      parts: {
        registry: "registry.example:5000",
        repository: "registry.example:5000/agent",
        tag: "1",
        digest: undefined,
      },
    },
    {
      why: "a host without a dot, known by its port",
      text: "registry:5000/agent:1",
      parts: { registry: "registry:5000", repository: "registry:5000/agent", tag: "1", digest: undefined },
    },
    {
      why: "the engine's own store",
      text: "localhost/flame-agent:0.1.0",
      parts: { registry: "localhost", repository: "localhost/flame-agent", tag: "0.1.0", digest: undefined },
    },
  ])("is read from $why", ({ text, parts }) => {
    expect(ImageReference.parse(text)).toEqual({ text, ...parts });
  });

  it.each([
    { text: "flame-agent:1.2.0", why: "no registry" },
    { text: "team/flame-agent:1.2.0", why: "a path in place of a registry" },
    { text: "registry.example/flame-agent", why: "no version" },
    { text: "registry.example/flame-agent:latest", why: "a tag that moves" },
    { text: "registry.example/Flame:1", why: "a capital letter in the path" },
    { text: "registry.example/agent:1 ", why: "a blank" },
    { text: "registry.example/agent@sha256:abc", why: "a digest that is too short" },
    { text: `registry.example/agent:${"1".repeat(129)}`, why: "a tag that is too long" },
    { text: "https://registry.example/agent:1", why: "a scheme" },
    { text: "", why: "nothing written" },
  ])("is refused as $text: $why", ({ text }) => {
    expect(ImageReference.safeParse(text).error?.issues).toMatchObject([
      { message: expect.stringContaining("with its registry") },
    ]);
  });

  it("always names a registry and pins a version", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const image = ImageReference.safeParse(text).data;
        if (image) expect(image.digest ?? image.tag).not.toBe("latest");
      }),
    );
  });

  it("is answered for a long text in no time, whatever it is", () => {
    const started = performance.now();
    ImageReference.safeParse(`registry.example/${"a-".repeat(50_000)}!`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
