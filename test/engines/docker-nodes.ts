import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { endWithSuite } from "../support/agent/end-with-suite.ts";
import { until } from "../support/agent/until.ts";
import { freeNetwork, ip } from "./networks.ts";

/** A Docker daemon with a network namespace and a host name of its own: one host of a Swarm. */
interface DockerNode {
  readonly name: string;
  readonly address: string;
  readonly socket: string;
}

export interface DockerNodes extends AsyncDisposable {
  readonly nodes: readonly DockerNode[];
}

const START_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 60_000;

/**
 * Whether Docker's daemon, namespaces and overlay networks work here. A machine without them skips its suites and says
 * so; where `CI` is set it is an error, since the pipeline installs Docker.
 */
export async function haveDockerNodes(): Promise<boolean> {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push("root");
  const commands = [
    ["dockerd", "--version"],
    ["docker", "--version"],
    ["nsenter", "--version"],
    ["haproxy", "-v"],
  ] as const;
  for (const [program, flag] of commands) {
    const { failed } = await execa(program, [flag], { reject: false });
    if (failed) missing.push(program);
  }
  if (missing.length === 0) return true;
  const told = `a Docker of the suite's own needs ${missing.join(", ")} (.ci/install-engines installs it)`;
  if (process.env.CI) throw new Error(`${told}, and CI is set`);
  console.warn(`skipped: ${told}`);
  return false;
}

/**
 * Starts daemons, each in a network namespace on one bridge that leads nowhere else; the machine reaches them at their
 * addresses. Disposing ends them and removes all that they kept.
 */
export async function startDockerNodes(count: number): Promise<DockerNodes> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-nodes-"));
  const tag = folder.slice(-6).replaceAll(/[^A-Za-z0-9]/g, "x");
  const bridge = `bp${tag}`;
  await using undo = new AsyncDisposableStack();
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  await ip("link", "add", bridge, "type", "bridge");
  undo.defer(() => ip("link", "del", bridge));
  const network = freeNetwork();
  await ip("address", "add", `${network}.1/24`, "dev", bridge);
  await ip("link", "set", bridge, "up");

  const nodes: DockerNode[] = [];
  for (let index = 1; index <= count; index++) {
    const name = `node-${index}`;
    const space = `${bridge}-${index}`;
    const address = `${network}.${10 + index}`;
    await ip("netns", "add", space);
    undo.defer(() => ip("netns", "del", space));
    const [outside, inside] = [`${bridge}o${index}`, `${bridge}i${index}`];
    await ip("link", "add", outside, "type", "veth", "peer", "name", inside);
    await ip("link", "set", inside, "netns", space);
    await ip("link", "set", outside, "master", bridge, "up");
    await ip("-n", space, "link", "set", "lo", "up");
    await ip("-n", space, "link", "set", inside, "up");
    await ip("-n", space, "address", "add", `${address}/24`, "dev", inside);
    const daemon = await startDaemon(folder, name, space);
    undo.defer(() => daemon.end());
    nodes.push({ name, address, socket: daemon.socket });
  }
  const owned = undo.move();
  return { nodes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function startDaemon(folder: string, name: string, space: string) {
  const own = (part: string) => join(folder, `${name}${part}`);
  const socket = own(".sock");
  const log = await open(own(".log"), "a");
  const daemon = [
    "dockerd",
    ...["--host", `unix://${socket}`],
    ...["--data-root", own("")],
    ...["--exec-root", own("-run")],
    ...["--pidfile", own(".pid")],
    // A daemon that stops waits for its containers' grace.
    ...["--shutdown-timeout", "5", "--log-level", "warn"],
  ];
  const child = spawn(
    "unshare",
    ["--uts", "sh", "-c", 'hostname "$0" && exec nsenter "$@"', name, `--net=/run/netns/${space}`, "--", ...daemon],
    { stdio: ["ignore", log.fd, log.fd] },
  );
  endWithSuite(child, "SIGTERM");
  await until(
    () => `dockerd of ${name} answers at ${socket}`,
    async () => {
      if (child.exitCode !== null)
        throw new Error(`dockerd of ${name} ended: ${(await readFile(own(".log"), "utf8")).slice(-2000)}`);
      const { failed } = await execa("docker", ["--host", `unix://${socket}`, "info"], { reject: false });
      return !failed;
    },
    START_MILLISECONDS,
  );
  return {
    socket,
    async end() {
      await endProcess(child, name);
      await log.close();
      await unmountBelow(folder, name);
    },
  };
}

async function endProcess(child: ChildProcess, name: string): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await until(
    `dockerd of ${name} has ended`,
    () => child.exitCode !== null || child.signalCode !== null,
    STOP_MILLISECONDS,
  );
}

/** A daemon that ends leaves the namespaces of its networks mounted. */
async function unmountBelow(folder: string, name: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mounts", "utf8"))
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(join(folder, name)))
    .toReversed();
  for (const path of mounts) await execa("umount", ["--lazy", path], { reject: false });
}

/** Copies images from one engine's store into others'. */
export async function copyImages(from: string, to: readonly string[], images: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "blueprint-images-"));
  try {
    const archive = join(folder, "images.tar");
    await execa("docker", ["--host", `unix://${from}`, "save", "--output", archive, ...images]);
    await Promise.all(
      to.map((socket) =>
        execa("docker", ["--host", `unix://${socket}`, "load", "--input", archive], { stdin: "ignore" }),
      ),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
