import { rm } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type DesktopEnvironment, desktopEnvironment, TOKENS_PER_SECOND } from "./environment.ts";
import { haveAgentImage, havePodman, inspect, leftovers, podman } from "./podman.ts";
import { quadletCommands } from "./quadlet-run.ts";
import { counted, startTurn, untilReady } from "./turn.ts";

/** A way in which Podman takes the rendered files by itself. */
interface Way {
  readonly name: string;
  /** Name of the agent's container. */
  readonly container: (environment: DesktopEnvironment) => string;
  readonly up: (environment: DesktopEnvironment) => Promise<void>;
  /** Stops and removes the containers, with their grace; network and volumes stay. */
  readonly stop: (environment: DesktopEnvironment) => Promise<void>;
  /** Starts them again after `stop`. */
  readonly again: (environment: DesktopEnvironment) => Promise<void>;
}

const quadlet: Way = {
  name: "the Quadlet units",
  container: ({ name }) => `flame-${name}-agent`,
  up: async ({ folder, name }) => {
    const units = [`flame-${name}.network`, `flame-${name}-data.volume`, `flame-${name}-agent.container`];
    for (const command of await quadletCommands(folder, units)) await podman(...command);
  },
  // What the generated service does on `systemctl stop`.
  stop: async ({ name }) => {
    await podman("stop", `flame-${name}-agent`);
    await podman("rm", `flame-${name}-agent`);
  },
  again: async ({ folder, name }) => {
    for (const command of await quadletCommands(folder, [`flame-${name}-agent.container`])) await podman(...command);
  },
};

const kubePlay: Way = {
  name: "the file for podman kube play",
  container: ({ name }) => `flame-${name}-agent-agent`,
  up: async (environment) => {
    const { folder, name } = environment;
    const [network = []] = await quadletCommands(folder, [`flame-${name}.network`]);
    await podman(...network);
    await podman("kube", "play", join(folder, "kube-play/volumes.yaml"));
    await kubePlay.again(environment);
  },
  stop: async ({ folder, plan, name }) => {
    await podman("stop", "--time", `${plan.turns.stopGraceSeconds}`, `flame-${name}-agent-agent`);
    await podman("kube", "down", join(folder, "kube-play/pods.yaml"));
  },
  again: async ({ folder, name }) => {
    await podman("kube", "play", "--network", `flame-${name}`, join(folder, "kube-play/pods.yaml"));
  },
};

const TURN_SECONDS = 40;
const ROUNDS = 5;

describe.skipIf(!(await havePodman()))("a desktop's environment on Podman", () => {
  const made: DesktopEnvironment[] = [];

  beforeAll(haveAgentImage);

  afterEach(async () => {
    for (const { name, folder } of made.splice(0)) {
      await execa("podman", ["pod", "rm", "--force", `flame-${name}-agent`], { reject: false });
      await execa("podman", ["rm", "--force", "--time", "0", `flame-${name}-agent`], { reject: false });
      await execa("podman", ["network", "rm", "--force", `flame-${name}`], { reject: false });
      await execa("podman", ["volume", "rm", "--force", `flame-${name}-data`], { reject: false });
      await rm(folder, { recursive: true, force: true });
    }
  });

  async function environmentFor(way: Way, index: number) {
    const environment = await desktopEnvironment(
      `${way === quadlet ? "quadlet" : "kube"}${index}`,
      way === quadlet ? index : 20 + index,
    );
    made.push(environment);
    return environment;
  }

  describe.each([quadlet, kubePlay])("from $name", (way) => {
    it("runs as asked, recovers from a kill, keeps its data and leaves nothing", async () => {
      const environment = await environmentFor(way, 0);
      const { url, plan } = environment;
      const container = way.container(environment);
      await way.up(environment);
      await untilReady(url);

      // The engine's own check, run here because its timer needs systemd.
      await expect(podman("healthcheck", "run", container)).resolves.toBeDefined();

      const { HostConfig, Config } = await inspect(container);
      expect({
        memory: HostConfig.Memory,
        reservation: HostConfig.MemoryReservation,
        cores: HostConfig.CpuQuota / HostConfig.CpuPeriod,
        readOnly: HostConfig.ReadonlyRootfs,
        user: Config.User,
      }).toEqual({
        memory: 768 * 1024 ** 2,
        reservation: 512 * 1024 ** 2,
        cores: 1.5,
        readOnly: true,
        user: "10001:10001",
      });

      const told = await startTurn(url, "My name is Ada.", "memory");
      await told.text;

      await killAgent(container);
      await vi.waitFor(async () => expect((await inspect(container)).RestartCount).toBeGreaterThan(0), {
        timeout: 60_000,
        interval: 500,
      });
      await untilReady(url);

      await way.stop(environment);
      await way.again(environment);
      await untilReady(url);
      const asked = await startTurn(url, "What is my name?", "memory");
      expect(await asked.text).toContain("Ada");

      await way.stop(environment);
      await podman("network", "rm", plan.network.name);
      for (const volume of plan.volumes) await podman("volume", "rm", volume.name);
      expect(await leftovers(environment.name)).toEqual([]);
    });

    it(`finishes a turn of ${TURN_SECONDS} s that streams while it is stopped and made again, ${ROUNDS} times of ${ROUNDS}`, async () => {
      const count = TURN_SECONDS * TOKENS_PER_SECOND;
      const rounds = Array.from({ length: ROUNDS }, async (_, round) => {
        const environment = await environmentFor(way, 1 + round);
        await way.up(environment);
        await untilReady(environment.url, 180);
        const started = performance.now();
        const turn = await startTurn(environment.url, `count to ${count}`);
        await way.stop(environment);
        const text = await turn.text;
        const seconds = (performance.now() - started) / 1000;
        await way.again(environment);
        await untilReady(environment.url, 180);
        return { whole: text.trim() === counted(count), seconds };
      });
      const results = await Promise.all(rounds);
      console.info(`${way.name}: turns of ${results.map(({ seconds }) => `${seconds.toFixed(1)} s`).join(", ")}`);
      expect(results.map(({ whole }) => whole)).toEqual(Array.from({ length: ROUNDS }, () => true));
      expect(Math.min(...results.map(({ seconds }) => seconds))).toBeGreaterThan(TURN_SECONDS * 0.9);
    });
  });
});

/** kill -9 of the agent's process, from the host, past the engine. */
async function killAgent(container: string): Promise<void> {
  const rows = await podman("top", container, "hpid", "comm");
  const agent = rows
    .split("\n")
    .map((row) => row.trim().split(/\s+/))
    .find(([, command]) => command?.startsWith("node") || command === "MainThread");
  if (!agent?.[0]) throw new Error(`no node process in ${container}:\n${rows}`);
  process.kill(Number(agent[0]), "SIGKILL");
}
