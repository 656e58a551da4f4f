import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { VERSION } from "../src/version.ts";
import { importNodeBase, pullBase } from "./base.ts";
import { type Engine, run } from "./engine.ts";
import { SOURCE_LABEL, sourceDigest } from "./source.ts";
import { stage } from "./stage.ts";

const REGISTRY_BASE = `docker.io/library/node:${process.versions.node}-bookworm-slim`;
const BUILD_SECONDS = 900;

/** What to build and with which engine. */
export interface ImageRequest {
  readonly engine: "podman" | "docker";
  /** Address of the engine's socket, such as `unix:///run/podman/podman.sock`. Default: the engine's own. */
  readonly socket?: string;
  /** Name and tag of the image, such as `localhost/flame-agent:0.1.0`. */
  readonly tag: string;
  /**
   * What the image stands on: `registry-node` is Node's official image, `scratch-node` is this Node with its
   * libraries alone. Default: the first, and the second where no registry can be reached.
   */
  readonly base?: "registry-node" | "scratch-node";
  /** Hears what is being done, line by line. */
  readonly onProgress?: (line: string) => void;
}

export interface BuiltImage {
  readonly tag: string;
  readonly id: string;
  /** Name of the base that it stands on. */
  readonly base: string;
  readonly sizeBytes: number;
}

/** Stages the app outside the tree and builds its image. */
export async function buildImage({
  engine: program,
  socket,
  tag,
  base,
  onProgress = () => {},
}: ImageRequest): Promise<BuiltImage> {
  const address = { podman: "--url", docker: "--host" }[program];
  const engine: Engine = { program, parameters: socket === undefined ? [] : [address, socket], onProgress };
  const folder = mkdtempSync(join(tmpdir(), "flame-image-"));
  try {
    const baseImage = await chooseBase(engine, base, folder);
    onProgress("staging the app and its packages");
    const context = join(folder, "context");
    await stage(context);
    const containerfile = join(folder, "Containerfile");
    copyFileSync(new URL("../Containerfile", import.meta.url), containerfile);

    onProgress(`building ${tag} on ${baseImage}`);
    // Podman can give every image and file the same time; Docker's classic builder only keeps that of the files.
    const reproducible = program === "podman" ? ["--timestamp", "0"] : [];
    const build = [
      "build",
      "--file",
      containerfile,
      "--build-arg",
      `BASE_IMAGE=${baseImage}`,
      "--label",
      `${SOURCE_LABEL}=${sourceDigest()}`,
      "--tag",
      tag,
      ...reproducible,
      context,
    ];
    await run(program, [...engine.parameters, ...build], { timeoutSeconds: BUILD_SECONDS, onLine: onProgress });
    const described = await run(
      program,
      [...engine.parameters, "image", "inspect", "--format", "{{.Id}} {{.Size}}", tag],
      { timeoutSeconds: 30 },
    );
    const [id = "", size = "0"] = described.split(" ");
    return { tag, id, base: baseImage, sizeBytes: Number(size) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function chooseBase(engine: Engine, base: ImageRequest["base"], folder: string): Promise<string> {
  if (base !== "scratch-node") {
    if (await pullBase(engine, REGISTRY_BASE)) return REGISTRY_BASE;
    if (base === "registry-node")
      throw new Error(`${REGISTRY_BASE} can't be pulled; fix: reach its registry, or build with --base scratch-node`);
    engine.onProgress(`${REGISTRY_BASE} can't be pulled: making a base of this Node`);
  }
  return importNodeBase(engine, folder);
}

/** `node image/build.ts [--engine podman|docker] [--tag localhost/flame-agent:<version>] [--base registry-node|scratch-node] [--socket unix:///…]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "podman" },
      tag: { type: "string", default: `localhost/flame-agent:${VERSION}` },
      base: { type: "string" },
      socket: { type: "string" },
    },
  });
  const engine = (["podman", "docker"] as const).find((name) => name === values.engine);
  const base = (["registry-node", "scratch-node"] as const).find((name) => name === values.base);
  if (!engine) throw new Error(`--engine: "${values.engine}" is refused; allowed: podman, docker`);
  if (values.base && !base)
    throw new Error(`--base: "${values.base}" is refused; allowed: registry-node, scratch-node`);

  const start = performance.now();
  const onProgress = (line: string) => process.stderr.write(`${line}\n`);
  const image = await buildImage({ engine, tag: values.tag, base, socket: values.socket, onProgress });
  const seconds = Math.round((performance.now() - start) / 1000);
  process.stdout.write(
    `${image.tag} ${image.id} on ${image.base}: ${Math.round(image.sizeBytes / 1_048_576)} MiB, ${seconds} s\n`,
  );
}

if (import.meta.main) {
  await main().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
