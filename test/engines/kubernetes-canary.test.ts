import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { until } from "../support/agent/until.ts";
import { canaryEnvironment, IMAGE } from "./kubernetes-canary-environment.ts";
import { type KubernetesCluster, startKubernetes } from "./kubernetes-cluster.ts";
import { apply, STAGING_NODES, stagingOnKubernetes } from "./kubernetes-environment.ts";
import { haveKubernetes } from "./kubernetes-install.ts";
import { GOOD, PodMetrics } from "./kubernetes-metrics.ts";

const ROUTES = fileURLToPath(new URL("kubernetes/http-route.yaml", import.meta.url));
/** What `makeSecrets` gives every secret. */
const TOKEN = "of-this-suite";
/** Port of the agent's process, on which its metrics are too. */
const AGENT_PORT = 4111;

/** What every environment of the suite has beside its exposure: short steps, few samples. */
const CANARY = {
  // A version that never gets ready is given up after half a minute.
  "agent.healthCheck": { intervalSeconds: 2, timeoutSeconds: 1, startPeriodSeconds: 5, retries: 1 },
  "topology.orchestrator.progressDeadlineSeconds": 30,
  "topology.workload.update.strategy": "canary",
  "topology.orchestrator.canary": {
    steps: [
      { weightPercent: 25, pauseSeconds: 2 },
      { weightPercent: 50, pauseSeconds: 2 },
    ],
    analysis: { kind: "agents", samplesMin: 5 },
  },
};
const BY_REPLICAS = { ...CANARY, scaling: { replicas: { min: 4, max: 4 } } };
const BY_ROUTE = {
  ...CANARY,
  "topology.orchestrator.exposure": { kind: "gateway", gateway: "public", gatewayNamespace: "gateways" },
  "topology.endpoint.hostNames": ["agents.example.com"],
  scaling: { replicas: { min: 2, max: 4 } },
};

describe.runIf(haveKubernetes())("a version that is tried out on a real control plane", () => {
  const metrics = new PodMetrics(TOKEN);
  let cluster: KubernetesCluster;

  beforeAll(async () => {
    cluster = await startKubernetes(STAGING_NODES, { containerPort: AGENT_PORT, port: await metrics.listen() });
    await cluster.kubectl(["apply", "--server-side", "--filename=-"], await readFile(ROUTES, "utf8"));
    await cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await metrics.close();
  });
  beforeEach(() => {
    metrics.health = GOOD;
  });

  describe("by replicas", () => {
    const staging = canaryEnvironment(() => cluster, "replicas", BY_REPLICAS);

    beforeAll(async () => {
      await staging.begin("1.2.0");
      await until("four agents serve", async () => (await staging.deployment("stable")).available === 4, 120_000);
    });

    it("has no pod beside those that serve, and nothing to roll out", async () => {
      expect(await staging.deployment("canary")).toEqual({ version: "1.2.0", replicas: 0, available: 0 });
      expect(await staging.rollOut(await staging.deploy("1.2.0"))).toMatchObject({ actions: 0, seen: [] });
    });

    it("isn't rolled out before it was deployed, and isn't served by a deployment alone", async () => {
      const next = await stagingOnKubernetes({ ...BY_REPLICAS, "agent.image": `${IMAGE}:1.3.0` }, "replicas");
      expect((await staging.rollOut(next)).failure).toMatch(/the environment's file says .*\n.*\n.*pulumi up/);
      await staging.deploy("1.3.0");
      expect(await staging.deployment("stable")).toMatchObject({ version: "1.2.0", replicas: 4 });
      expect(await staging.deployment("canary")).toEqual({ version: "1.3.0", replicas: 0, available: 0 });
    });

    it("takes a rising share in the old one's place, and then all of it where it is good", async () => {
      const { actions, seen } = await staging.rollOut(await staging.deploy("1.3.0"));
      expect(seen).toEqual([
        "scale: 4 of 1.2.0, 1 of 1.3.0",
        "scale: 3 of 1.2.0, 1 of 1.3.0",
        "watch: 3 of 1.2.0, 1 of 1.3.0",
        "scale: 3 of 1.2.0, 2 of 1.3.0",
        "scale: 2 of 1.2.0, 2 of 1.3.0",
        "watch: 2 of 1.2.0, 2 of 1.3.0",
        "bring: 2 of 1.3.0, 2 of 1.3.0",
        "scale: 4 of 1.3.0, 2 of 1.3.0",
        "scale: 4 of 1.3.0, 0 of 1.3.0",
      ]);
      expect(actions).toBe(9);
      expect(await staging.deployment("stable")).toEqual({ version: "1.3.0", replicas: 4, available: 4 });
      expect(metrics.refused).toBe(0);
      expect((await staging.rollOut(await staging.deploy("1.3.0"))).actions).toBe(0);
    });

    it.each([
      {
        why: "its turns fail",
        health: { completed: 90, failed: 10 },
        because: /10 failures \/ 100 samples = 10 % > 1 %/,
      },
      { why: "its turns are too long", health: { ...GOOD, slow: true }, because: /beyond the histogram's last bound/ },
      { why: "too few turns tell", health: { completed: 0, failed: 0 }, because: /0 samples < 5 that are asked for/ },
    ])("is taken away, the stable one untouched, where $why", async ({ health, because }) => {
      const generation = (await staging.get("replicasets", "--selector=blueprint.track=stable")).items.length;
      const planned = await staging.deploy("1.4.0");
      metrics.health = health;
      const { failure, seen } = await staging.rollOut(planned);
      expect(failure).toMatch(because);
      expect(seen).toEqual([
        "scale: 4 of 1.3.0, 1 of 1.4.0",
        "scale: 3 of 1.3.0, 1 of 1.4.0",
        "back: 4 of 1.3.0, 1 of 1.4.0",
        "back: 4 of 1.3.0, 0 of 1.4.0",
      ]);
      expect(await staging.deployment("stable")).toEqual({ version: "1.3.0", replicas: 4, available: 4 });
      expect((await staging.get("replicasets", "--selector=blueprint.track=stable")).items).toHaveLength(generation);
    });

    it("is taken away where it never gets ready, and no request comes to it", async () => {
      const { failure, seen } = await staging.rollOut(await staging.deploy("broken"));
      expect(failure).toMatch(/scale flame-replicas-agent-canary to 1: .*(timed out|progress deadline)/);
      expect(seen).toEqual(["back: 4 of 1.3.0, 1 of broken", "back: 4 of 1.3.0, 0 of broken"]);
    });

    it("is taken away where it is cancelled, and begun anew after one that broke off", async () => {
      const planned = await staging.deploy("1.4.0");
      const { failure, seen: before } = await staging.rollOut(planned, { watch: (cancel) => cancel() });
      expect(failure).toMatch(/it was cancelled; the version before takes all requests/);
      expect(before.at(-1)).toBe("back: 4 of 1.3.0, 0 of 1.4.0");
      // As a rollout leaves it that was killed in its second step.
      for (const [track, count] of [
        ["canary", 2],
        ["stable", 2],
      ] as const) {
        const name = `deployment/${staging.namespace}-agent-${track}`;
        await cluster.kubectl(["scale", name, `--replicas=${count}`, "--namespace", staging.namespace]);
      }
      const { seen, actions } = await staging.rollOut(planned);
      expect(seen.slice(0, 3)).toEqual([
        "scale: 4 of 1.3.0, 2 of 1.4.0",
        "scale: 4 of 1.3.0, 0 of 1.4.0",
        "scale: 4 of 1.3.0, 1 of 1.4.0",
      ]);
      expect(actions).toBe(11);
      expect(await staging.deployment("stable")).toEqual({ version: "1.4.0", replicas: 4, available: 4 });
    });

    it("is taken back where not all of its pods find room", async () => {
      const nodes = async (verb: "cordon" | "uncordon") => {
        for (const { name } of STAGING_NODES) await cluster.kubectl([verb, name]);
      };
      const { failure } = await staging.rollOut(await staging.deploy("1.5.0"), {
        bring: () => nodes("cordon"),
        back: () => nodes("uncordon"),
      });
      expect(failure).toMatch(/exceeded its progress deadline; the version before takes all requests/);
      expect(await staging.deployment("stable")).toEqual({ version: "1.4.0", replicas: 4, available: 4 });
      expect(await staging.deployment("canary")).toEqual({ version: "1.5.0", replicas: 0, available: 0 });
    });
  });

  describe("by a route's weights, beside an autoscaler", () => {
    const staging = canaryEnvironment(() => cluster, "route", BY_ROUTE);

    beforeAll(() => staging.begin("1.2.0"));

    it("takes a rising weight, with replicas on top, and puts the weights back", async () => {
      const { seen } = await staging.rollOut(await staging.deploy("1.3.0"));
      expect(seen).toEqual([
        "scale: 2 of 1.2.0, 1 of 1.3.0, weights 100/0",
        "give: 2 of 1.2.0, 1 of 1.3.0, weights 75/25",
        "watch: 2 of 1.2.0, 1 of 1.3.0, weights 75/25",
        "scale: 2 of 1.2.0, 1 of 1.3.0, weights 75/25",
        "give: 2 of 1.2.0, 1 of 1.3.0, weights 50/50",
        "watch: 2 of 1.2.0, 1 of 1.3.0, weights 50/50",
        "bring: 2 of 1.3.0, 1 of 1.3.0, weights 50/50",
        "give: 2 of 1.3.0, 1 of 1.3.0, weights 100/0",
        "scale: 2 of 1.3.0, 0 of 1.3.0, weights 100/0",
      ]);
    });

    it("leaves the autoscaler the stable version's count alone", async () => {
      const { spec, status } = await staging.get("horizontalpodautoscaler", "flame-route-agent");
      expect(spec).toMatchObject({
        scaleTargetRef: { name: "flame-route-agent-stable" },
        minReplicas: 2,
        maxReplicas: 4,
      });
      expect(status.currentReplicas).toBe(2);
    });

    it("keeps its share where the autoscaler brings more of the version before", async () => {
      const atLeast = (replicas: number) =>
        cluster.kubectl([
          ...["patch", "horizontalpodautoscaler", "flame-route-agent", "--namespace", staging.namespace],
          ...["--type=merge", `--patch=${JSON.stringify({ spec: { minReplicas: replicas } })}`],
        ]);
      const { seen } = await staging.rollOut(await staging.deploy("1.3.1"), {
        watch: async () => {
          await atLeast(4);
          await until("four of them serve", async () => (await staging.deployment("stable")).available === 4, 60_000);
        },
      });
      expect(seen.filter((line) => line.startsWith("watch"))).toEqual([
        "watch: 4 of 1.3.0, 1 of 1.3.1, weights 75/25",
        "watch: 4 of 1.3.0, 2 of 1.3.1, weights 50/50",
      ]);
      expect(seen).toContain("scale: 4 of 1.3.0, 2 of 1.3.1, weights 75/25");
      await atLeast(2);
      await cluster.kubectl([
        "scale",
        "deployment/flame-route-agent-stable",
        "--replicas=2",
        "--namespace",
        staging.namespace,
      ]);
    });

    it("lets the next deployment change the route", async () => {
      const { objects } = await stagingOnKubernetes(
        { ...BY_ROUTE, turns: { maxSeconds: 240 }, "agent.image": `${IMAGE}:1.3.1` },
        "route",
      );
      await apply(cluster, objects);
      const { spec } = await staging.get("httproute/flame-route-agent");
      expect(spec.rules[0].timeouts.request).toBe("245s");
    });

    it("loses its weight before its pods where it is bad", async () => {
      const planned = await staging.deploy("1.4.0");
      metrics.health = { completed: 50, failed: 50 };
      const { failure, seen } = await staging.rollOut(planned);
      expect(failure).toMatch(/50 failures \/ 100 samples = 50 % > 1 %/);
      expect(seen.slice(-2)).toEqual([
        "back: 2 of 1.3.1, 1 of 1.4.0, weights 100/0",
        "back: 2 of 1.3.1, 0 of 1.4.0, weights 100/0",
      ]);
      expect(await staging.deployment("stable")).toEqual({ version: "1.3.1", replicas: 2, available: 2 });
    });
  });
});
