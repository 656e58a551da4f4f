import { rm } from "node:fs/promises";
import { delimiter } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine } from "../../apps/ops/src/deploy/engines/open-engine.ts";
import { rolloutStandalone } from "../../apps/ops/src/rollout/standalone.ts";
import { type DockerNodes, haveDockerNodes, startDockerNodes } from "./docker-nodes.ts";
import { haveServerImages, IMAGES } from "./images.ts";
import { ACCESS_TOKEN, serverEnvironment } from "./server-environment.ts";
import { type SshServer, startSshServer } from "./ssh-server.ts";
import { startTurn, untilReady } from "./turn.ts";

const PORT = 8080;
const SSH_PORT = 14_422;

describe.skipIf(!(await haveDockerNodes()))("two standalone hosts over SSH", () => {
  let lab: DockerNodes;
  const servers: SshServer[] = [];
  const folders: string[] = [];
  const path = process.env.PATH;

  const engines = () => lab.nodes.map(({ socket }) => new Docker({ socketPath: socket }));
  const heldBy = async (engine: Docker) =>
    (await engine.listContainers({ filters: { label: ["blueprint.environment=ssh"] } }))
      .map(({ Labels }) => Labels["blueprint.component"])
      .toSorted();

  beforeAll(async () => {
    lab = await startDockerNodes(2);
    for (const { socket } of lab.nodes) await haveServerImages({ program: "docker", socket });
    for (const [index, { socket }] of lab.nodes.entries()) {
      servers.push(await startSshServer(`127.77.1.${index + 1}`, SSH_PORT, socket));
    }
  }, 600_000);

  afterAll(async () => {
    process.env.PATH = path;
    for (const server of servers) await server[Symbol.asyncDispose]();
    await lab?.[Symbol.asyncDispose]();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  /** Runs work with the SSH client that knows one server's key, as that user's own would. */
  async function asUserOf<Result>(server: SshServer, work: () => Promise<Result>): Promise<Result> {
    process.env.PATH = [server.home, path].join(delimiter);
    try {
      return await work();
    } finally {
      process.env.PATH = path;
    }
  }

  it("reaches each host's own engine, whose names differ", async () => {
    const names: string[] = [];
    for (const server of servers) {
      names.push((await asUserOf(server, () => openEngine(server.address).info())).Name);
    }
    expect(names).toEqual(lab.nodes.map(({ name }) => name));
  });

  it("refuses a host whose key it doesn't know, and says so", async () => {
    await using stranger = await startSshServer("127.77.1.9", SSH_PORT, lab.nodes[0]?.socket ?? "", { known: false });
    await expect(asUserOf(stranger, () => openEngine(stranger.address).info())).rejects.toThrow(
      /Host key verification failed|No ED25519 host key is known/,
    );
  });

  it("brings an agent up on each host, and they serve", async () => {
    const [one, two] = servers;
    if (!one || !two) throw new Error("the suite has two servers");
    for (const [index, server] of servers.entries()) {
      const { plan, folder } = await serverEnvironment("ssh", {
        port: PORT,
        replicas: 1,
        agent: { database: { kind: "embedded" } },
        topology: {
          orchestrator: { kind: "standalone", proxy: { image: IMAGES.proxy } },
          hosts: [
            {
              name: `node-${index + 1}`,
              address: `127.77.1.${index + 1}`,
              ...{ cpu: "8", memory: "32GiB", disk: "256GiB" },
              connection: { kind: "ssh", port: SSH_PORT },
            },
          ],
        },
      });
      folders.push(folder);
      if (plan.target.kind !== "standalone") throw new Error("the suite's environment is standalone");
      const target = plan.target;
      expect(target.hosts.map(({ engineAddress }) => engineAddress)).toEqual([server.address]);
      await asUserOf(server, () =>
        rolloutStandalone(target, {
          environment: "ssh",
          secretsFile: `${folder}/secrets.json`,
          variables: { BLUEPRINT_SECRET_ACCESS_TOKEN: ACCESS_TOKEN },
          show: (_, work) => work(),
        }),
      );
    }
    for (const engine of engines()) expect(await heldBy(engine)).toEqual(["agent", "proxy"]);
    for (const { address } of lab.nodes) {
      await untilReady(`http://${address}:${PORT}`);
      const turn = await startTurn(`http://${address}:${PORT}`, "count to 3", undefined, ACCESS_TOKEN);
      expect((await turn.text).trim()).toBe("1 2 3");
    }
  });
});
