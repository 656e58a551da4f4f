import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { copyImages, type DockerNodes, haveDockerNodes, startDockerNodes } from "../engines/docker-nodes.ts";
import { haveServerImages, IMAGES } from "../engines/images.ts";
import { ACCESS_TOKEN, serverDocument, serverEnvironment } from "../engines/server-environment.ts";
import { startTurn, untilReady } from "../engines/turn.ts";
import { heldBy, PulumiProject, pulumiOnPath } from "./engine.ts";

const PORT = 8080;
const pulumi = pulumiOnPath();
const ready = pulumi !== undefined && (await haveDockerNodes());

describe.skipIf(!ready).each(["standalone", "swarm"] as const)("a server under the Pulumi engine on %s", (kind) => {
  const stack = `e2e-${kind}`;
  let lab: DockerNodes;
  let engine: Docker;
  let url = "";
  let project: PulumiProject;
  let kept: { readonly secret: unknown; readonly salt: Readonly<Record<string, string>> };
  const folders: string[] = [];

  const changesFor = (agent: Readonly<Record<string, unknown>> = {}) => ({
    port: PORT,
    agent,
    turnSeconds: 20,
    topology: {
      orchestrator: { kind, proxy: { image: IMAGES.proxy } },
      hosts: lab.nodes.map(({ name, address, socket }, index) => ({
        name,
        address,
        ...{ cpu: "8", memory: "32GiB", disk: "256GiB" },
        // The Swarm's data are on a worker, whose volumes its manager doesn't know.
        taints: kind === "swarm" && index === 0 ? [{ key: "manager" }] : [],
        connection: { kind: "socket", path: socket },
      })),
      // Kept data would outlive the destroy.
      workload: { storage: { persistent: false } },
    },
  });
  const describeStack = async (agent: Readonly<Record<string, unknown>> = {}) => {
    const document = serverDocument(changesFor(agent));
    const config = Object.fromEntries(Object.entries(document).map(([key, value]) => [`blueprint:${key}`, value]));
    const values = { ...kept.salt, config: { ...config, "blueprint:accessToken": kept.secret } };
    await writeFile(join(project.folder, `Pulumi.${stack}.yaml`), stringify(values));
  };
  const held = async () => {
    const found = await Promise.all(lab.nodes.map(({ socket }) => heldBy(new Docker({ socketPath: socket }), stack)));
    const [services, secrets] =
      kind === "swarm" ? await Promise.all([engine.listServices(), engine.listSecrets()]) : [[], []];
    return {
      containers: kind === "swarm" ? services.length : found[0]?.containers,
      networks: found[0]?.networks,
      volumes: found.map(({ volumes }) => volumes),
      secrets: secrets.length,
    };
  };

  beforeAll(async () => {
    lab = await startDockerNodes(kind === "swarm" ? 2 : 1);
    const [socket = "", ...others] = lab.nodes.map((node) => node.socket);
    engine = new Docker({ socketPath: socket });
    url = `http://${lab.nodes[0]?.address}:${PORT}`;
    await haveServerImages({ program: "docker", socket });
    await copyImages(socket, others, Object.values(IMAGES));
    if (kind === "swarm") {
      const { folder } = await serverEnvironment(stack, changesFor());
      folders.push(folder);
      await execa("sh", [join(folder, "swarm/bootstrap.sh")]);
    }
    project = await PulumiProject.create(pulumi ?? "");
    await project.run("stack", "init", stack);
    await project.run("config", "set", "--stack", stack, "--secret", "blueprint:accessToken", ACCESS_TOKEN);
    const { config, ...salt } = parse(await readFile(join(project.folder, `Pulumi.${stack}.yaml`), "utf8"));
    kept = { secret: config["blueprint:accessToken"], salt };
    await describeStack();
  }, 600_000);

  afterAll(async () => {
    await project?.remove();
    await lab?.[Symbol.asyncDispose]();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it("comes up from nothing, with its policies passed, and serves turns", async () => {
    await project.run("up", "--stack", stack, "--yes", "--policy-pack", "policies/baseline");
    await untilReady(url);
    const turn = await startTurn(url, "count to 3", undefined, ACCESS_TOKEN);
    expect((await turn.text).trim()).toBe("1 2 3");
    const volumes = kind === "swarm" ? [0, 1] : [1];
    expect(await held()).toMatchObject({ containers: kind === "swarm" ? 3 : 4, networks: 1, volumes });
  }, 600_000);

  it("changes nothing the second time, and nothing after a refresh", async () => {
    expect(await project.changes(stack)).toEqual([]);
    await project.run("refresh", "--stack", stack, "--yes");
    expect(await project.changes(stack)).toEqual([]);
  }, 600_000);

  it("touches one object where one limit changes", async () => {
    const database = { kind: "postgresql", image: IMAGES.postgresql, resources: { limits: { memory: "1088MiB" } } };
    await describeStack({ database });
    expect(await project.changedNames(stack)).toHaveLength(1);
    await project.run("up", "--stack", stack, "--yes");
    await untilReady(url);
    expect(await project.changes(stack)).toEqual([]);
  }, 600_000);

  it("updates the agents without a lost turn", async () => {
    const database = { kind: "postgresql", image: IMAGES.postgresql, resources: { limits: { memory: "1088MiB" } } };
    await describeStack({ database, environment: { TZ: "Europe/Berlin" } });
    const turn = await startTurn(url, "count to 150", undefined, ACCESS_TOKEN);
    await project.run("up", "--stack", stack, "--yes");
    expect((await turn.text).trim().split(" ")).toHaveLength(150);
    await untilReady(url);
  }, 600_000);

  it("leaves nothing after a destroy", async () => {
    await project.run("destroy", "--stack", stack, "--yes");
    expect(await held()).toEqual({ containers: 0, networks: 0, volumes: lab.nodes.map(() => 0), secrets: 0 });
  }, 600_000);
});
