import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/agent/until.ts";
import { composeCommands } from "./compose-run.ts";
import { type DockerNodes, haveDockerNodes, startDockerNodes } from "./docker-nodes.ts";
import { haveServerImages, IMAGES, type ImageEngine } from "./images.ts";
import { havePodman, podman } from "./podman.ts";
import { quadletCommands } from "./quadlet-run.ts";
import { ACCESS_TOKEN, serverEnvironment } from "./server-environment.ts";
import { startTurn, untilReady } from "./turn.ts";

/** Where Podman's service would listen: named in the environment, and needed by nobody who has its files. */
const PODMAN_SOCKET = "/run/podman/podman.sock";
const SECRETS = { "access-token": ACCESS_TOKEN, "generated-database-password": "a-password-of-the-suite" };

interface Way {
  readonly name: string;
  readonly engine: ImageEngine;
  readonly port: number;
  readonly url: string;
  run(parameters: readonly string[]): Promise<string>;
  up(folder: string): Promise<void>;
}

type Report = {
  readonly State: { readonly Status: string; readonly Health?: { readonly Status: string } };
  readonly Config: { readonly User: string; readonly StopTimeout?: number };
  readonly HostConfig: {
    readonly Memory: number;
    readonly MemoryReservation: number;
    readonly NanoCpus: number;
    readonly CpuQuota: number;
    readonly CpuPeriod: number;
    readonly ReadonlyRootfs: boolean;
    readonly CapDrop: readonly string[];
  };
};

/** The environment from its rendered files, on an engine that is given them. */
function proves(name: string, makeWay: () => Promise<Way>) {
  const environment = name.toLowerCase();
  let way: Way;
  let folder = "";
  const names = { proxy: `flame-${environment}-proxy`, network: `flame-${environment}-net` };
  const list = async (what: string) =>
    (await way.run(["ps", "--all", "--filter", `label=blueprint.environment=${environment}`, "--format", what]))
      .split("\n")
      .filter((line) => line !== "")
      .toSorted();
  const inspect = async (container: string): Promise<Report> =>
    JSON.parse(await way.run(["container", "inspect", container]))[0];

  beforeAll(async () => {
    way = await makeWay();
    await haveServerImages(way.engine);
    const made = await serverEnvironment(environment, {
      port: way.port,
      address: name === "Podman" ? "127.0.0.1" : "0.0.0.0",
      topology: {
        orchestrator: {
          kind: "standalone",
          engine: way.engine.program,
          network: { subnet: "10.89.61.0/24", addressRange: "10.89.61.128/25" },
          proxy: { image: IMAGES.proxy },
        },
        hosts: [
          {
            name: "node-1",
            address: "127.0.0.1",
            ...{ cpu: "8", memory: "32GiB", disk: "256GiB" },
            connection: { kind: "socket", path: way.engine.socket ?? PODMAN_SOCKET },
          },
        ],
      },
    });
    folder = made.folder;
  }, 600_000);

  afterAll(async () => {
    for (const container of await list("{{.Names}}")) await way.run(["rm", "--force", container]);
    await way.run(["volume", "rm", "--force", `flame-${environment}-postgresql`]);
    await way.run(["network", "rm", names.network]).catch(() => undefined);
    if (name === "Podman") {
      for (const secret of Object.keys(SECRETS)) {
        await way.run(["secret", "rm", `flame-${environment}-${secret}`]).catch(() => undefined);
      }
    }
    expect(await list("{{.Names}}")).toEqual([]);
    await rm(folder, { recursive: true, force: true });
  });

  it("comes up and serves turns through the proxy", async () => {
    await way.up(folder);
    await untilReady(way.url, 180);
    const turn = await startTurn(way.url, "count to 5", undefined, ACCESS_TOKEN);
    expect((await turn.text).trim()).toBe("1 2 3 4 5");
    const refused = await fetch(`${way.url}/turns`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(refused.status).toBe(401);
  });

  it("has the limits, the user, the root, the grace and the network of the plan", async () => {
    const containers = await list("{{.Names}}");
    expect(containers).toHaveLength(4);
    for (const container of containers.filter((one) => one.includes("-agent-"))) {
      const { Config, HostConfig } = await inspect(container);
      expect({
        user: Config.User,
        memory: HostConfig.Memory,
        reservation: HostConfig.MemoryReservation,
        cores: HostConfig.NanoCpus > 0 ? HostConfig.NanoCpus / 1e9 : HostConfig.CpuQuota / HostConfig.CpuPeriod,
        readOnly: HostConfig.ReadonlyRootfs,
        dropped: HostConfig.CapDrop.length > 0,
        grace: Config.StopTimeout,
      }).toEqual({
        user: "10001:10001",
        memory: 768 * 1024 ** 2,
        reservation: 512 * 1024 ** 2,
        cores: 1.5,
        readOnly: true,
        dropped: true,
        grace: 100,
      });
    }
    const network = await way.run(["network", "inspect", names.network]);
    expect(network).toContain("10.89.61.0/24");
    expect(network).toContain("10.89.61.1");
    expect(network).toMatch(/10\.89\.61\.12[89]/);
  });
}

describe.skipIf(!(await havePodman()))("the staging environment on Podman, from its Quadlet units", () => {
  proves("Podman", async () => ({
    name: "podman",
    engine: { program: "podman" },
    port: 14_480,
    url: "http://127.0.0.1:14480",
    run: (parameters) => podman(...parameters),
    async up(folder) {
      for (const [secret, value] of Object.entries(SECRETS)) {
        const file = join(folder, secret);
        await writeFile(file, value, { mode: 0o600 });
        await podman("secret", "create", `flame-podman-${secret}`, file);
      }
      const order = [".network", ".volume", "database.container", ".container"];
      const rank = (unit: string) => order.findIndex((end) => unit.endsWith(end));
      const units = (await readdir(join(folder, "quadlet/node-1"))).toSorted((one, other) => rank(one) - rank(other));
      for (const command of await quadletCommands(folder, units, "quadlet/node-1")) {
        await podman(...command);
        // What After= and Requires= of a unit wait for; the check's own timer needs systemd.
        const made = command.find((word) => word.startsWith("--name="))?.slice("--name=".length);
        if (made) await until(`${made} is healthy`, () => healthyOnPodman(made), 90_000);
      }
    },
  }));
});

async function healthyOnPodman(container: string): Promise<boolean> {
  const { failed } = await execa("podman", ["healthcheck", "run", container], { reject: false });
  return !failed;
}

describe.skipIf(!(await haveDockerNodes()))("the staging environment on Docker, from its Compose file", () => {
  let lab: DockerNodes | undefined;

  afterAll(() => lab?.[Symbol.asyncDispose]());

  // No Compose plugin is packaged for Docker 20.10: the commands that the file stands for are run instead.
  proves("Docker", async () => {
    lab = await startDockerNodes(1);
    const [node] = lab.nodes;
    const socket = node?.socket ?? "";
    const run = async (parameters: readonly string[]) =>
      (await execa("docker", ["--host", `unix://${socket}`, ...parameters], { stdin: "ignore" })).stdout;
    return {
      name: "docker",
      engine: { program: "docker", socket },
      port: 8080,
      url: `http://${node?.address}:8080`,
      run,
      async up(folder) {
        const place = join(folder, "compose/node-1");
        await mkdir(join(place, "secrets"));
        for (const [secret, value] of Object.entries(SECRETS)) {
          await writeFile(join(place, "secrets", `flame-docker-${secret}`), value, { mode: 0o444 });
        }
        const { before, runs } = await composeCommands(join(place, "compose.yaml"));
        for (const command of before) await run(command);
        for (const { after, command } of runs) {
          for (const container of after) {
            const health = ["container", "inspect", "--format", "{{.State.Health.Status}}", container];
            await until(`${container} is healthy`, async () => (await run(health)) === "healthy", 90_000);
          }
          await run(command);
        }
      },
    };
  });
});
