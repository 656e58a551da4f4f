import { rm } from "node:fs/promises";
import Docker from "dockerode";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openHolding } from "../../apps/ops/src/deploy/engines/index.ts";
import { rememberServing, serveOn } from "../../apps/ops/src/deploy/recovery/serve-on.ts";
import { rolloutStandalone } from "../../apps/ops/src/rollout/standalone.ts";
import type { RemoteServerPlan } from "../../components/topology/index.ts";
import { BROKEN_IMAGES, haveBrokenImages } from "./broken-versions.ts";
import { type DockerNodes, haveDockerNodes, startDockerNodes } from "./docker-nodes.ts";
import { haveServerImages, IMAGES } from "./images.ts";
import { ACCESS_TOKEN, serverEnvironment } from "./server-environment.ts";
import { untilReady } from "./turn.ts";
import { type Experience, told, underLoad } from "./under-load.ts";

const NAME = "alone";
const PORT = 8080;

describe.skipIf(!(await haveDockerNodes()))(
  "the staging environment on a standalone Docker, by blueprint rollout",
  () => {
    let lab: DockerNodes;
    let engine: Docker;
    let url = "";
    const folders: string[] = [];
    const figures: Experience[] = [];
    const actions: string[] = [];

    const socket = () => lab.nodes[0]?.socket ?? "";

    /** The plan of a version. */
    async function planOf(agent: Readonly<Record<string, unknown>> = {}, replicas = 2): Promise<RemoteServerPlan> {
      const node = lab.nodes[0];
      const environment = await serverEnvironment(NAME, {
        port: PORT,
        agent,
        replicas,
        topology: {
          orchestrator: { kind: "standalone", proxy: { image: IMAGES.proxy } },
          hosts: [
            {
              name: "node-1",
              address: node?.address,
              ...{ cpu: "8", memory: "32GiB", disk: "256GiB" },
              connection: { kind: "socket", path: node?.socket },
            },
          ],
          workload: { update: { monitorSeconds: 15 } },
        },
      });
      folders.push(environment.folder);
      return environment.plan;
    }

    async function rollOut(plan: RemoteServerPlan): Promise<number> {
      if (plan.target.kind !== "standalone") throw new Error("the suite's environment is standalone");
      actions.length = 0;
      return rolloutStandalone(plan.target, {
        environment: NAME,
        secretsFile: `${folders[0]}/secrets.json`,
        variables: { BLUEPRINT_SECRET_ACCESS_TOKEN: ACCESS_TOKEN },
        show: async (title, work) => {
          actions.push(title);
          await work();
        },
      });
    }

    const containers = async () => {
      const all = await engine.listContainers({ all: true, filters: { label: [`blueprint.environment=${NAME}`] } });
      return all
        .map(({ Names, State, Image }) => `${Names[0]?.slice(1).replace(/-[0-9a-f]{8}$/, "")} ${State} ${Image}`)
        .toSorted();
    };

    beforeAll(async () => {
      lab = await startDockerNodes(1);
      engine = new Docker({ socketPath: socket() });
      await haveServerImages({ program: "docker", socket: socket() });
      await haveBrokenImages({ program: "docker", socket: socket() });
      url = `http://${lab.nodes[0]?.address}:${PORT}`;
    }, 600_000);

    afterEach(({ task }) => {
      if (task.result?.state === "fail") console.info(actions.join("\n"));
    });

    afterAll(async () => {
      if (figures.length > 0) console.info(`standalone Docker:\n${figures.map(told).join("\n")}`);
      await lab?.[Symbol.asyncDispose]();
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    });

    it("comes up from nothing, and needs no step the second time", async () => {
      expect(await rollOut(await planOf())).toBeGreaterThan(0);
      await untilReady(url);
      expect(await rollOut(await planOf())).toBe(0);
    });

    it("keeps the turn budget in every link that the engine tells", async () => {
      const { turns } = await planOf();
      expect(turns.links.filter((link) => link.seconds < link.atLeastSeconds)).toEqual([]);
      const all = await engine.listContainers({ filters: { label: [`blueprint.environment=${NAME}`] } });
      const reports = await Promise.all(all.map(({ Id }) => engine.getContainer(Id).inspect()));
      const agents = reports.filter(({ Name }) => Name.includes("-agent-"));
      const proxy = reports.find(({ Name }) => Name.endsWith("-proxy"));
      expect(agents).toHaveLength(2);
      for (const { Config } of agents) {
        expect(Config).toMatchObject({ StopTimeout: turns.stopGraceSeconds });
        expect(Config.Env).toContain(`FLAME_DRAIN_SECONDS=${turns.drainSeconds}`);
        expect(Config.Env).toContain(`FLAME_TURN_MAX_SECONDS=${turns.maxSeconds}`);
      }
      expect(proxy?.Config).toMatchObject({ StopTimeout: turns.stopGraceSeconds });
      const configuration = proxy?.Config.Env.find((line) => line.startsWith("PROXY_CONFIGURATION=")) ?? "";
      for (const line of [
        `timeout client ${turns.proxyTimeoutSeconds}s`,
        `timeout server ${turns.proxyTimeoutSeconds}s`,
        `hard-stop-after ${turns.drainSeconds}s`,
      ]) {
        expect(configuration).toContain(`  ${line}\n`);
      }
    });

    it("is updated without a failed request and without a lost turn", async () => {
      const plan = await planOf({ image: BROKEN_IMAGES.next });
      const met = await underLoad("update, new beside old", url, async () => void (await rollOut(plan)));
      figures.push(met);
      expect((await containers()).filter((one) => one.includes("agent"))).toEqual([
        `flame-${NAME}-agent-1 running ${BROKEN_IMAGES.next}`,
        `flame-${NAME}-agent-2 running ${BROKEN_IMAGES.next}`,
      ]);
      expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
      expect(met.load.perSecond).toBeGreaterThanOrEqual(50);
      expect(met.turns.shortestSeconds).toBeGreaterThanOrEqual(59);
    });

    it("is scaled in from three to one without a failed request and without a lost turn", async () => {
      const version = { image: BROKEN_IMAGES.next };
      await rollOut(await planOf(version, 3));
      const one = await planOf(version, 1);
      const met = await underLoad("scale-in, 3 to 1", url, async () => void (await rollOut(one)));
      figures.push(met);
      expect(await containers()).toHaveLength(3);
      await rollOut(await planOf(version));
      expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
    });

    it("serves as it did once an update that failed has taken it away with its network", async () => {
      const holding = openHolding({ kind: "docker", address: `unix://${socket()}` });
      const before = await containers();
      const held = await holding.list(NAME);
      const remembered = await rememberServing(held.map((one) => ({ engine: holding, held: one })));
      for (const one of held.filter(({ kind }) => kind === "container"))
        await engine.getContainer(one.id).remove({ force: true });
      const networks = held.filter(({ kind }) => kind === "network");
      for (const { id } of networks) await engine.getNetwork(id).remove();
      expect(networks.length).toBeGreaterThan(0);
      expect(await serveOn(remembered, false)).toHaveLength(before.length + networks.length);
      await untilReady(url);
      expect(await containers()).toEqual(before);
      expect((await holding.list(NAME)).map(({ kind, name, labels }) => ({ kind, name, labels }))).toEqual(
        held.map(({ kind, name, labels }) => ({ kind, name, labels })),
      );
      expect(await rollOut(await planOf({ image: BROKEN_IMAGES.next }))).toBe(0);
    });

    it.each([
      { what: "a version that fails its health check", image: BROKEN_IMAGES.unhealthy },
      { what: "a version that crashes after 10 s", image: BROKEN_IMAGES.crashing },
    ])("goes back from $what by itself, without a failed request", async ({ what, image }) => {
      const before = await containers();
      const plan = await planOf({ image });
      const met = await underLoad(`rollback of ${what}`, url, async () => {
        await expect(rollOut(plan)).rejects.toThrow(/the host runs what it ran before/);
      });
      figures.push(met);
      expect(await containers()).toEqual(before);
      expect([met.load.failures, met.turns.lost]).toEqual([[], []]);
    });

    it("would fail requests and lose turns by a plain stop and start", async () => {
      const agents = (await containers()).filter((one) => one.includes("-agent-"));
      expect(agents).toHaveLength(2);
      const all = await engine.listContainers({ filters: { label: ["blueprint.component=agent"] } });
      const met = await underLoad("plain stop and start", url, async () => {
        await Promise.all(all.map(({ Id }) => engine.getContainer(Id).restart({ t: 10 })));
        await untilReady(url);
      });
      figures.push(met);
      expect(met.load.failures.length).toBeGreaterThan(0);
      expect(met.turns.lost).toHaveLength(20);
    });
  },
);
