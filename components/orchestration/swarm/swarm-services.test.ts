import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { previewStack } from "../../../stacks/preview/index.ts";
import { adapterInput, workloadPlan } from "../../../test/support/workload.ts";
import { mebibytes } from "../../core/index.ts";
import type { WorkloadVolumePlan } from "../workload.plan.ts";
import { adaptSwarm } from "./swarm.adapter.ts";
import { swarmBootstrap, swarmStack } from "./swarm.render.ts";
import { SwarmSettings } from "./swarm.settings.ts";
import { SwarmServices } from "./swarm-services.ts";

const VOLUME: WorkloadVolumePlan = {
  name: "flame-staging-data",
  persistent: true,
  size: mebibytes(10_240),
  driver: "local",
  driverOptions: {},
  labels: { team: "assistants" },
};
const KEEPER = workloadPlan({
  mounts: [{ kind: "volume", volume: VOLUME.name, containerPath: "/data" }],
  replicas: { mode: "replicated", min: 1, max: 1 },
});

/** A Swarm of a manager and a worker; a workload that keeps data is on the host that is named. */
function planOf(host: "manager" | "worker", settings: Readonly<Record<string, unknown>> = {}, changes = {}) {
  const input = adapterInput("swarm", [KEEPER], [{ ...VOLUME, ...changes }]);
  const hosts = (["manager", "worker"] as const).map((role, index) => ({
    ...{ name: role, role, address: `10.0.0.1${index}`, engineAddress: `ssh://root@10.0.0.1${index}:22` },
    ...{ labels: {}, taints: [] },
  }));
  return adaptSwarm(
    { ...input, hosts, placed: [{ key: KEEPER.key, host }] },
    SwarmSettings.parse({ kind: "swarm", ...settings }),
  );
}

async function resourcesOf(plan: ReturnType<typeof planOf>) {
  const { resources } = await previewStack({
    project: "blueprint",
    stack: "staging",
    program: async () => {
      const resolveSecret = () => pulumi.secret("value");
      new SwarmServices("flame-swarm", plan, { registries: undefined, resolveSecret, transforms: {} });
      return {};
    },
  });
  const one = (type: string) => resources.find((resource) => resource.type === type);
  const engines = resources.filter(({ type }) => type === "pulumi:providers:docker");
  return {
    resources,
    engines,
    volume: one("docker:index/volume:Volume"),
    service: one("docker:index/service:Service"),
  };
}

describe("a Swarm's volume", () => {
  it.each([
    { host: "manager", provider: "flame-swarm-engine", engines: 1 },
    { host: "worker", provider: "flame-swarm-engine-worker", engines: 2 },
  ] as const)("is made through the engine of its own host, a $host, before what mounts it", async (expected) => {
    const { engines, volume, service } = await resourcesOf(planOf(expected.host));
    expect(volume?.inputs).toMatchObject({ name: VOLUME.name, labels: [{ label: "team", value: "assistants" }] });
    expect(engines).toHaveLength(expected.engines);
    const [engine] = engines.filter(({ urn }) => urn === volume?.provider);
    expect(engine).toMatchObject({
      name: expected.provider,
      inputs: { host: `ssh://root@10.0.0.1${expected.engines - 1}:22` },
    });
    expect(service?.dependencies).toContain(volume?.urn);
  });

  it.each([true, false])("is protected and stays where it keeps data: %s", async (persistent) => {
    const { volume } = await resourcesOf(planOf("worker", {}, { persistent }));
    expect(volume).toMatchObject({ protect: persistent, retainOnDelete: persistent });
  });
});

describe("a Swarm's network", () => {
  const range = { subnet: "10.90.0.0/20" };

  it.each([
    { why: "nothing is said", network: {}, gateway: "10.90.0.1", inStack: true },
    { why: "the usual one is named", network: { gateway: "10.90.0.1" }, gateway: "10.90.0.1", inStack: true },
    { why: "another one is named", network: { gateway: "10.90.0.9" }, gateway: "10.90.0.9", inStack: false },
    { why: "a range is named", network: { addressRange: "10.90.8.0/24" }, gateway: "10.90.0.1", inStack: false },
  ])("has its gateway in the plan where $why, and is made by whoever can say it", ({ network, gateway, inStack }) => {
    const plan = planOf("manager", { network: { ...range, ...network } });
    expect(plan.network).toMatchObject({ gateway, inStack });
    expect(swarmStack(plan).includes("subnet: 10.90.0.0/20")).toBe(inStack);
    expect(swarmBootstrap(plan).includes(`--gateway ${gateway}`)).toBe(!inStack);
  });
});

describe("an update on a Swarm", () => {
  const updateOf = (delaySeconds: number | undefined, changes: Parameters<typeof workloadPlan>[0] = {}) => {
    const workload = workloadPlan(changes);
    const paused = { ...workload, update: { ...workload.update, delaySeconds, monitorSeconds: 42 } };
    const plan = adaptSwarm(adapterInput("swarm", [paused], []), SwarmSettings.parse({ kind: "swarm" }));
    return plan.services.find(({ key }) => key === workload.key)?.update;
  };

  it("watches a new replica before the next old one stops", () => {
    expect(updateOf(undefined)).toMatchObject({ delaySeconds: 42, monitorSeconds: 42 });
  });

  it("pauses as it is told to", () => {
    expect(updateOf(0)).toMatchObject({ delaySeconds: 0 });
    expect(updateOf(7)).toMatchObject({ delaySeconds: 7 });
  });
});

describe("a Swarm's network and secrets", () => {
  it("go in an order that the engine takes: services before their network, and after the next of their secrets", async () => {
    const input = adapterInput(
      "swarm",
      [workloadPlan({ secrets: { TOKEN: { kind: "configuration", name: "token" } } })],
      [],
    );
    const { resources } = await resourcesOf(adaptSwarm(input, SwarmSettings.parse({ kind: "swarm" })));
    const of = (type: string) => resources.filter((resource) => resource.type === `docker:index/${type}`);
    const [network] = of("network:Network");
    expect(network).toMatchObject({ deleteBeforeReplace: true });
    expect(of("service:Service").map(({ replaceWith }) => replaceWith)).toEqual(
      of("service:Service").map(() => [network?.urn]),
    );
    expect(of("secret:Secret").length).toBeGreaterThan(0);
    for (const secret of of("secret:Secret")) expect(secret).toMatchObject({ deleteBeforeReplace: false });
  });
});
