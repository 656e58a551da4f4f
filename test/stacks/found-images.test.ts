import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ImageReference } from "../../components/core/index.ts";
import { findImages } from "../../stacks/found-images.ts";
import { desktopDocument, graphOf } from "../support/environment.ts";

const AGENT = "localhost/flame-agent:0.1.0";

describe("an image that only the engine's own store has", () => {
  let folder: string;
  let server: Server;
  /** Digest of each image that the engine has. */
  const store = new Map<string, string>();
  const engine = () => ({ kind: "docker", socket: `unix://${join(folder, "engine.sock")}` }) as const;

  beforeEach(async () => {
    store.clear();
    folder = await mkdtemp(join(tmpdir(), "found-images-"));
    server = createServer((asked, answer) => {
      const id = store.get(/^\/images\/(.+)\/json$/.exec(asked.url ?? "")?.[1] ?? "");
      answer.statusCode = id === undefined ? 404 : 200;
      answer.end(JSON.stringify(id === undefined ? { message: "no such image" } : { Id: id }));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(join(folder, "engine.sock"), resolve);
    await promise;
  });

  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  const document = () => desktopDocument({ topology: { kind: "local-podman", engine: engine() } });
  const planned = async () => {
    const { resources } = await graphOf(document());
    const [container] = resources.filter(({ type }) => type === "docker:index/container:Container");
    const [image] = resources.filter(({ type }) => type === "docker:index/remoteImage:RemoteImage");
    return { labels: JSON.stringify(container?.inputs.labels), image: image?.inputs.triggers };
  };

  it("is replaced with its container once it is built anew under its tag", async () => {
    store.set(AGENT, "sha256:first");
    const first = await planned();
    expect(first.labels).toContain(JSON.stringify({ label: "blueprint.image-id", value: "sha256:first" }));
    expect(first.image).toEqual({ imageId: "sha256:first" });
    expect(await planned()).toEqual(first);
    store.set(AGENT, "sha256:second");
    expect((await planned()).labels).toContain("sha256:second");
  });

  it("has no digest in the plan while it isn't there", async () => {
    const { labels, image } = await planned();
    expect(labels).not.toContain("image-id");
    expect(image).toBeUndefined();
  });

  it("is asked for, an image of a registry isn't: its tag is its content", async () => {
    const other = "registry.example/team/tool:1.0.0";
    store.set(AGENT, "sha256:first").set(other, "sha256:other");
    const images = [AGENT, other].map((text) => ImageReference.parse(text));
    expect([...(await findImages(engine(), images))]).toEqual([[AGENT, "sha256:first"]]);
  });

  it.each([
    { why: "isn't there", socket: () => `unix://${join(folder, "nothing.sock")}` },
    { why: "isn't one", socket: () => "tcp://127.0.0.1:1" },
  ])("has no digest where the engine $why", async ({ socket }) => {
    const found = await findImages({ kind: "docker", socket: socket() }, [ImageReference.parse(AGENT)]);
    expect(found.size).toBe(0);
  });

  it("has no digest where the engine answers in another language", async () => {
    store.set(AGENT, "sha256:first");
    server.removeAllListeners("request").on("request", (_asked, answer) => answer.end("<html>"));
    const found = await findImages(engine(), [ImageReference.parse(AGENT)]);
    expect(found.size).toBe(0);
  });
});
