import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { rolloutCanary } from "../../apps/ops/src/rollout/kubernetes/canary.ts";
import { until } from "../support/agent/until.ts";
import { type KubernetesCluster, startKubernetes } from "./kubernetes-cluster.ts";
import {
  apply,
  type KubernetesEnvironment,
  makeSecrets,
  makeVolumes,
  STAGING_NODES,
  stagingOnKubernetes,
} from "./kubernetes-environment.ts";
import { haveKubernetes, kubernetesProgram } from "./kubernetes-install.ts";
import { GOOD, PodMetrics } from "./kubernetes-metrics.ts";

const ROUTES = fileURLToPath(new URL("kubernetes/http-route.yaml", import.meta.url));
const IMAGE = "registry.example/team/flame-agent";
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

  /** One environment of the suite: what it says, what the cluster has of it, and its rollouts. */
  function environment(name: string, settings: Readonly<Record<string, unknown>>) {
    const namespace = `flame-${name}`;
    const get = (...parameters: readonly string[]) => cluster.get(...parameters, "--namespace", namespace);
    const planOf = (version: string) =>
      stagingOnKubernetes({ ...settings, "agent.image": `${IMAGE}:${version}` }, name);
    const deployment = async (track: "stable" | "canary") => {
      const { spec, status } = await get(`deployment/${namespace}-agent-${track}`);
      const version = spec.template.spec.containers[0].image.split(":").at(-1);
      return { version, replicas: spec.replicas, available: status.availableReplicas ?? 0 };
    };
    const weights = async () => {
      const { spec } = await get(`httproute/${namespace}-agent`);
      return spec.rules[0].backendRefs.map(({ weight }: { weight: number }) => weight);
    };
    const rollOut = async (
      { target }: KubernetesEnvironment,
      at: { readonly [what: string]: (cancel: () => void) => unknown } = {},
    ) => {
      if (!target.canary) throw new Error("the environment tries versions out");
      const cancelled = new AbortController();
      const seen: string[] = [];
      const route = target.canary.names.route !== undefined;
      const outcome = await rolloutCanary({ ...target, kubeconfig: cluster.kubeconfig }, target.canary, {
        environment: name,
        signal: cancelled.signal,
        kubectl: kubernetesProgram("kubectl"),
        show: async (title, work) => {
          const [what = ""] = title.split(/:? /);
          await at[what]?.(() => cancelled.abort());
          await work(() => undefined);
          const [stable, canary] = [await deployment("stable"), await deployment("canary")];
          const shared = route ? `, weights ${(await weights()).join("/")}` : "";
          seen.push(
            `${what}: ${stable.replicas} of ${stable.version}, ${canary.replicas} of ${canary.version}${shared}`,
          );
        },
      }).then(
        (actions) => ({ actions, failure: undefined }),
        (error: unknown) => ({ actions: undefined, failure: error instanceof Error ? error.message : String(error) }),
      );
      return { ...outcome, seen };
    };
    /** As whoever has no Pulumi does it: the objects at any time, the version that serves once. */
    const deploy = async (version: string) => {
      const planned = await planOf(version);
      await apply(cluster, planned.objects);
      return planned;
    };
    const begin = async (version: string) => {
      const planned = await planOf(version);
      await makeSecrets(cluster, planned.target);
      await makeVolumes(cluster, planned.target);
      await apply(cluster, planned.objects);
      await cluster.kubectl(["create", "--filename=-"], planned.stable);
      await until("the first version serves", async () => (await deployment("stable")).available > 1, 120_000);
    };
    return { namespace, get, deployment, weights, rollOut, deploy, begin };
  }

  describe("by replicas", () => {
    const staging = environment("replicas", BY_REPLICAS);

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
    const staging = environment("route", BY_ROUTE);

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

    it("lets the next deployment change the route", async () => {
      const { objects } = await stagingOnKubernetes(
        { ...BY_ROUTE, turns: { maxSeconds: 240 }, "agent.image": `${IMAGE}:1.3.0` },
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
        "back: 2 of 1.3.0, 1 of 1.4.0, weights 100/0",
        "back: 2 of 1.3.0, 0 of 1.4.0, weights 100/0",
      ]);
      expect(await staging.deployment("stable")).toEqual({ version: "1.3.0", replicas: 2, available: 2 });
    });
  });
});
