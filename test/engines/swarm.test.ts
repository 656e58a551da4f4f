import { rm } from "node:fs/promises";
import { join } from "node:path";
import Docker from "dockerode";
import { execa } from "execa";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { until } from "../support/agent/until.ts";
import { BROKEN_IMAGES, haveBrokenImages } from "./broken-versions.ts";
import { copyImages, type DockerNodes, haveDockerNodes, startDockerNodes } from "./docker-nodes.ts";
import { haveServerImages, IMAGES } from "./images.ts";
import { ACCESS_TOKEN, serverEnvironment } from "./server-environment.ts";
import { untilReady } from "./turn.ts";
import { type Experience, told, underLoad } from "./under-load.ts";

const NAME = "sw";
const PORT = 8080;
const NODES = 3;

describe.skipIf(!(await haveDockerNodes()))(`the staging environment on a Swarm of ${NODES} nodes`, () => {
  let lab: DockerNodes;
  let url = "";
  const folders: string[] = [];
  const figures: Experience[] = [];

  const manager = () => lab.nodes[0]?.socket ?? "";
  const docker = async (...parameters: readonly string[]) => {
    const { stdout } = await execa("docker", ["--host", `unix://${manager()}`, ...parameters], { stdin: "ignore" });
    return stdout;
  };
  const service = (key: string) => new Docker({ socketPath: manager() }).getService(`flame-${NAME}_${key}`).inspect();

  /** Deploys the rendered stack of a version, as its head says. */
  async function deploy(agent: Readonly<Record<string, unknown>> = {}) {
    const environment = await serverEnvironment(NAME, {
      port: PORT,
      agent,
      topology: {
        orchestrator: { kind: "swarm", proxy: { image: IMAGES.proxy } },
        hosts: lab.nodes.map(({ name, address, socket }, index) => ({
          name,
          address,
          ...{ cpu: "8", memory: "32GiB", disk: "256GiB" },
          labels: { zone: `${index}` },
          connection: { kind: "socket", path: socket },
        })),
        workload: { placement: { spreadOver: ["zone"] } },
      },
    });
    folders.push(environment.folder);
    return environment;
  }
  const deployStack = (folder: string) =>
    docker(
      "stack",
      "deploy",
      "--with-registry-auth",
      "--compose-file",
      join(folder, "swarm/stack.yaml"),
      `flame-${NAME}`,
    );

  /** Waits until an update has come to an end, and returns which. */
  async function updateEnd(): Promise<string> {
    const running = ["updating", "rollback_started"];
    let state = "";
    await until(
      () => `the update of the agent ends; it is ${state}`,
      async () => {
        state = (await service("agent")).UpdateStatus?.State ?? "";
        return state !== "" && !running.includes(state);
      },
      300_000,
    );
    return state;
  }

  /** Waits until so many agents run, and none else does. */
  async function untilRunning(count: number): Promise<void> {
    const filter = ["--filter", "desired-state=running", "--format", "{{.CurrentState}}"];
    await until(
      `${count} agents run`,
      async () => {
        const states = (await docker("service", "ps", `flame-${NAME}_agent`, ...filter)).split("\n");
        return states.length === count && states.every((state) => state.startsWith("Running"));
      },
      180_000,
    );
  }

  beforeAll(async () => {
    lab = await startDockerNodes(NODES);
    const [first, ...others] = lab.nodes.map(({ socket }) => socket);
    const engine = { program: "docker", socket: first ?? "" } as const;
    await haveServerImages(engine);
    await haveBrokenImages(engine);
    await copyImages(engine.socket, others, [...Object.values(IMAGES), ...Object.values(BROKEN_IMAGES)]);
    url = `http://${lab.nodes[1]?.address}:${PORT}`;
  }, 600_000);

  // Why the Swarm ended a task (its health, its host, a version) is all that explains a request that failed.
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    const columns = "{{.Name}} {{.Node}} {{.DesiredState}} {{.CurrentState}} {{.Error}}";
    const services = (await docker("service", "ls", "--quiet")).split("\n").filter((id) => id !== "");
    if (services.length === 0) return;
    const tasks = await docker("service", "ps", "--no-trunc", "--format", columns, ...services);
    const nodes = await docker("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}");
    const proxy = await docker("service", "logs", "--raw", "--since", "2m", `flame-${NAME}_proxy`);
    const refusals = proxy.split("\n").filter((line) => / 503 | is (UP|DOWN|going)|no server/.test(line));
    console.info(
      `tasks, nodes and proxies after "${task.name}":\n${[tasks, nodes, ...refusals.slice(-200)].join("\n")}`,
    );
  });

  afterAll(async () => {
    if (figures.length > 0) console.info(`Swarm of ${NODES}:\n${figures.map(told).join("\n")}`);
    await lab?.[Symbol.asyncDispose]();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  });

  it("comes up from bootstrap.sh and stack.yaml, and bootstrap.sh changes nothing the second time", async () => {
    const { folder } = await deploy();
    await execa("sh", [join(folder, "swarm/bootstrap.sh")]);
    await execa("sh", [join(folder, "swarm/bootstrap.sh")]);
    expect((await docker("node", "ls", "--format", "{{.Hostname}} {{.Status}}")).split("\n").toSorted()).toEqual(
      lab.nodes.map(({ name }) => `${name} Ready`),
    );
    for (const [secret, value] of [
      [`flame-${NAME}-access-token`, ACCESS_TOKEN],
      [`flame-${NAME}-generated-database-password`, "a-password-of-the-suite"],
    ] as const) {
      await execa("docker", ["--host", `unix://${manager()}`, "secret", "create", secret, "-"], { input: value });
    }
    await deployStack(folder);
    for (const { address } of lab.nodes) await untilReady(`http://${address}:${PORT}`, 180);
    await untilRunning(2);
  });

  it("has the limits, the user, the root, the health check, the network and the placement of the plan", async () => {
    const { Spec } = await service("agent");
    const { ContainerSpec, Resources, Placement } = Spec.TaskTemplate;
    expect(Resources).toMatchObject({
      Limits: { NanoCPUs: 1_500_000_000, MemoryBytes: 768 * 1024 ** 2 },
      Reservations: { NanoCPUs: 250_000_000, MemoryBytes: 512 * 1024 ** 2 },
    });
    expect(ContainerSpec).toMatchObject({
      User: "10001:10001",
      ReadOnly: true,
      CapabilityDrop: ["ALL"],
      Healthcheck: { Test: expect.arrayContaining(["CMD"]), Interval: 2e9, Retries: 3 },
    });
    expect(JSON.stringify(ContainerSpec.Env)).not.toContain(ACCESS_TOKEN);
    expect(Placement.Preferences).toEqual([{ Spread: { SpreadDescriptor: "node.labels.zone" } }]);
    const network = await new Docker({ socketPath: manager() }).getNetwork(`flame-${NAME}-net`).inspect();
    expect(network).toMatchObject({ Driver: "overlay", IPAM: { Config: [{ Subnet: "10.90.0.0/20" }] } });
    const hosts = await docker("service", "ps", `flame-${NAME}_agent`, "--format", "{{.Node}}");
    expect(new Set(hosts.split("\n")).size).toBe(2);
  });

  it("keeps the turn budget in every link that the engine tells", async () => {
    const { plan } = await deploy();
    const { turns } = plan;
    const { Spec } = await service("agent");
    const { StopGracePeriod, Env } = Spec.TaskTemplate.ContainerSpec;
    const proxy = await service("proxy");
    const seconds = 1e9;
    expect(turns.links.filter((link) => link.seconds < link.atLeastSeconds)).toEqual([]);
    expect(StopGracePeriod).toBe(turns.stopGraceSeconds * seconds);
    expect(proxy.Spec.TaskTemplate.ContainerSpec.StopGracePeriod).toBe(turns.stopGraceSeconds * seconds);
    expect(Spec.UpdateConfig).toMatchObject({
      Order: "start-first",
      FailureAction: "rollback",
      Monitor: (turns.monitorSeconds ?? 0) * seconds,
    });
    expect(Env).toEqual(
      expect.arrayContaining([
        `FLAME_TURN_MAX_SECONDS=${turns.maxSeconds}`,
        `FLAME_DRAIN_SECONDS=${turns.drainSeconds}`,
      ]),
    );
    const [config] = proxy.Spec.TaskTemplate.ContainerSpec.Configs;
    const { Spec: file } = await new Docker({ socketPath: manager() }).getConfig(config.ConfigID).inspect();
    const text = Buffer.from(file?.Data ?? "", "base64").toString();
    for (const line of [
      `timeout client ${turns.proxyTimeoutSeconds}s`,
      `timeout server ${turns.proxyTimeoutSeconds}s`,
      `hard-stop-after ${turns.drainSeconds}s`,
    ]) {
      expect(text).toContain(`  ${line}\n`);
    }
  });

  it("is updated without a failed request and without a lost turn", async () => {
    const { folder } = await deploy({ image: BROKEN_IMAGES.next });
    const met = await underLoad("update, start-first behind the proxy", url, async () => {
      await deployStack(folder);
      expect(await updateEnd()).toBe("completed");
    });
    figures.push(met);
    expect((await service("agent")).Spec.TaskTemplate.ContainerSpec.Image).toBe(BROKEN_IMAGES.next);
    expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
    expect(met.load.perSecond).toBeGreaterThanOrEqual(50);
    expect(met.turns.shortestSeconds).toBeGreaterThanOrEqual(59);
  });

  it("is scaled in from three to one without a failed request and without a lost turn", async () => {
    await docker("service", "scale", "--detach", `flame-${NAME}_agent=3`);
    await untilRunning(3);
    const met = await underLoad("scale-in, 3 to 1", url, async () => {
      await docker("service", "scale", "--detach", `flame-${NAME}_agent=1`);
      await untilRunning(1);
    });
    figures.push(met);
    await docker("service", "scale", "--detach", `flame-${NAME}_agent=2`);
    await untilRunning(2);
    expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
  });

  it.each([
    { what: "a version that fails its health check", image: BROKEN_IMAGES.unhealthy, shortTurns: true },
    { what: "a version that crashes after 10 s", image: BROKEN_IMAGES.crashing, shortTurns: false },
  ])("rolls $what back by itself, without a failed request", async ({ what, image, shortTurns }) => {
    const { folder } = await deploy({ image });
    const work = async () => {
      await deployStack(folder);
      expect(await updateEnd()).toBe("rollback_completed");
    };
    const met = await underLoad(`rollback of ${what}`, url, work, { shortTurns });
    figures.push(met);
    expect((await service("agent")).Spec.TaskTemplate.ContainerSpec.Image).toBe(BROKEN_IMAGES.next);
    await untilRunning(2);
    expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
  });

  it("would fail requests and lose turns by a plain stop and start", async () => {
    const plain = ["--update-order=stop-first", "--update-parallelism=0", "--stop-grace-period=10s", "--force"];
    // The grace of the tasks that run is changed first: it is the old one's that counts.
    await docker("service", "update", "--quiet", "--detach", "--stop-grace-period=10s", `flame-${NAME}_agent`);
    await updateEnd();
    await untilRunning(2);
    const met = await underLoad("plain stop and start", url, async () => {
      await docker("service", "update", "--quiet", "--detach", ...plain, `flame-${NAME}_agent`);
      await updateEnd();
    });
    figures.push(met);
    expect(met.load.failures.length).toBeGreaterThan(0);
    expect(met.turns.lost.length).toBe(20);
  });

  it("leaves nothing when the stack is removed", async () => {
    await docker("stack", "rm", `flame-${NAME}`);
    await until(
      "no service is left",
      async () => (await docker("service", "ls", "--quiet")) === "" && (await docker("config", "ls", "--quiet")) === "",
      120_000,
    );
  });
});
