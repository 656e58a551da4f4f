import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { z } from "zod";
import { copyImages, startDockerNodes } from "../../engines/docker-nodes.ts";
import { haveServerImages, IMAGES } from "../../engines/images.ts";
import { ACCESS_TOKEN, serverDocument, serverEnvironment } from "../../engines/server-environment.ts";
import { until } from "../../support/agent/until.ts";
import { valueAt, withValues } from "../../support/document.ts";
import type { Document } from "../../support/environment.ts";
import { serverWorld } from "../../support/walk.server.ts";
import { dockerOthers, heldByDocker } from "./docker-objects.ts";
import { haveIdleImages } from "./idle-images.ts";
import { walkSecrets } from "./secrets.ts";
import type { LifeTarget } from "./target.ts";
import { VALUES_HERE } from "./values-here.ts";

const PORT = 8080;
/** Further names of images, by what is behind them here. */
const FURTHER_IMAGES = {
  "registry.example/team/postgresql:17.2": IMAGES.postgresql,
  "registry.example/team/haproxy:3.2.1": IMAGES.proxy,
};

/** Changes that these hosts have no place for. */
const UNTRIED: Readonly<Record<string, string>> = {
  "topology.orchestrator.engine": "the hosts have Docker",
  "topology.orchestrator.network.driver": "the gate takes bridge alone, which it is already",
  "topology.hosts[].address": "a host is where it is",
  "topology.hosts[].name": "a host has the name that it has",
  "topology.hosts[].connection": "a host is reached as it is",
  "topology.workload.resources.gpus": "the machine has none",
  "topology.endpoint.tls": "needs a certificate on the hosts",
  "topology.registries": "needs a registry",
  "agent.logging.kind=journald": "needs journald on the hosts",
  "agent.logging.tag": "needs journald on the hosts",
  "containers.*.logging.kind=journald": "needs journald on the hosts",
  "containers.*.logging.tag": "needs journald on the hosts",
  "topology.workload.storage.driver": "needs a volume driver that the hosts don't have",
  "topology.orchestrator.network.encrypted": "needs AES-GCM for IPsec in the kernel",
  "topology.orchestrator.network.internal": "the routing mesh, which it leaves alone, needs IPVS in the kernel",
  "topology.orchestrator.publish": "the routing mesh needs IPVS in the kernel, and a host's own agent another address",
  "topology.hosts[].role": "a Swarm's managers are made by its bootstrap.sh, which is run again by hand",
  "topology.hosts[].labels": "a Swarm's labels are written by its bootstrap.sh, which is run again by hand",
  "topology.hosts[].taints": "a Swarm's labels are written by its bootstrap.sh, which is run again by hand",
  "topology.workload.placement": "with labels of hosts, which are written by bootstrap.sh",
};

/** A server on Docker hosts of the suite's own: a host by itself, or a Swarm of two. */
export async function serverTarget(kind: "standalone" | "swarm"): Promise<LifeTarget> {
  const environment = `life-${kind}`;
  await using undo = new AsyncDisposableStack();
  const lab = undo.use(await startDockerNodes(kind === "swarm" ? 2 : 1));
  const folder = await mkdtemp(join(tmpdir(), "blueprint-life-"));
  undo.defer(() => rm(folder, { recursive: true, force: true }));
  const sockets = lab.nodes.map(({ socket }) => socket);
  const clients = sockets.map((socketPath) => new Docker({ socketPath }));
  const [client = new Docker()] = clients;
  const [manager = ""] = sockets;
  await haveServerImages({ program: "docker", socket: manager });
  const images = await haveIdleImages(client, folder, FURTHER_IMAGES);
  await copyImages(manager, sockets.slice(1), [...Object.values(IMAGES), ...images.names]);

  const hosts = lab.nodes.map(({ name, address, socket }, index) => ({
    name,
    address,
    ...{ cpu: "64", memory: "256GiB", disk: "2TiB" },
    // The Swarm's data are on a worker, whose volumes its manager doesn't know.
    ...(kind === "swarm" && index === 0 && { taints: [{ key: "manager" }] }),
    ...(kind === "swarm" && { role: index === 0 ? "manager" : "worker" }),
    connection: { kind: "socket", path: socket },
  }));
  const idle = (name: string, image: string) => ({
    image,
    healthCheck: { command: [name, "ping"] },
    resources: { limits: { cpu: "0.5" } },
  });
  const changes = {
    port: PORT,
    turnSeconds: 20,
    agent: { resources: { limits: { memory: "768MiB", cpu: "1" } } },
    topology: { orchestrator: { kind, proxy: { image: IMAGES.proxy } }, hosts },
  };
  const document: Document = {
    ...serverDocument(changes),
    containers: {
      cache: idle("cache", "registry.example/team/cache:7.4.1"),
      worker: idle("worker", "registry.example/team/worker:1.0.0"),
    },
  };
  if (kind === "swarm") {
    const rendered = await serverEnvironment(environment, changes);
    undo.defer(() => rm(rendered.folder, { recursive: true, force: true }));
    await execa("sh", [join(rendered.folder, "swarm/bootstrap.sh")]);
  }
  const world = serverWorld(kind);
  const { removeOthers, ...others } = dockerOthers(client, environment, images.idle);
  undo.defer(removeOthers);
  const [{ address } = { address: "" }] = lab.nodes;
  const owned = undo.move();
  return {
    environment,
    document,
    secrets: { ...walkSecrets(), accessToken: ACCESS_TOKEN },
    world: {
      ...world,
      base: document,
      values: {
        ...world.values,
        ...VALUES_HERE,
      },
    },
    untried: UNTRIED,
    variables: {},
    urlOf: (changed) => {
      const [port] = Ports.parse(valueAt(changed, "agent.ports"));
      // One that listens on an address of its own, such as its host's loopback, can't be reached from here.
      return port?.address === "0.0.0.0" ? `http://${address}:${port.hostPort}` : undefined;
    },
    asHere: (changed) => {
      // A document of another topology has none, and is refused.
      if (valueAt(changed, "topology.hosts") === undefined) return changed;
      const walked = Hosts.parse(valueAt(changed, "topology.hosts"));
      const here = hosts.map((host, index) => ({ ...walked[index], ...host }));
      return withValues(changed, { "topology.hosts": here });
    },
    held: async () => {
      const lists = await Promise.all(clients.map((one) => heldByDocker(one, environment)));
      return lists.flat();
    },
    ...others,
    drifts: kind === "swarm" ? swarmDrifts(client, environment) : standaloneDrifts(client, environment),
    // On a Swarm the secrets that open the data stay with them.
    kept: /^(volume|secret) /,
    earlierByEngine: true,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const Ports = z.array(z.object({ hostPort: z.int(), address: z.string().optional() }));
const Hosts = z.array(z.looseObject({}));

function standaloneDrifts(client: Docker, environment: string): LifeTarget["drifts"] {
  const agents = async () => {
    const filters = { label: [`blueprint.environment=${environment}`, "blueprint.component=agent"] };
    const found = await client.listContainers({ filters });
    return found.map(({ Id }) => client.getContainer(Id));
  };
  return {
    "removes an agent": async () => {
      await (await agents())[0]?.remove({ force: true });
    },
    "stops every agent": async () => {
      for (const agent of await agents()) await agent.stop();
    },
  };
}

function swarmDrifts(client: Docker, environment: string): LifeTarget["drifts"] {
  const agent = async () => {
    const filters = { label: [`blueprint.environment=${environment}`, "blueprint.component=agent"] };
    const [found] = await client.listServices({ filters });
    if (found === undefined) throw new Error("the Swarm has no agent");
    return client.getService(found.ID);
  };
  return {
    "removes the agent's service": async () => {
      const service = await agent();
      await service.remove();
      const filters = { label: [`com.docker.swarm.service.id=${service.id}`] };
      await until(
        "the agent's tasks have ended",
        async () => (await client.listContainers({ all: true, filters })).length === 0,
        120_000,
      );
    },
    "scales the agent to nothing": async () => {
      const service = await agent();
      const { Spec, Version } = await service.inspect();
      await service.update({ ...Spec, version: Version.Index, Mode: { Replicated: { Replicas: 0 } } });
    },
  };
}
