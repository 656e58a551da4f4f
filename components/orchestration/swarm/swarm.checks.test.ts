import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { adapterInput, workloadPlan } from "../../../test/support/workload.ts";
import type { AdapterHost } from "../adapter-input.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { adaptSwarm } from "./swarm.adapter.ts";
import { checkSwarm } from "./swarm.checks.ts";
import { swarmBootstrap, swarmStack } from "./swarm.render.ts";
import { SwarmSettings } from "./swarm.settings.ts";

const settingsOf = (changes: object = {}) => SwarmSettings.parse({ kind: "swarm", ...changes });
const hosts = (managers: number, workers = 0): AdapterHost[] =>
  Array.from({ length: managers + workers }, (_, index) => ({
    name: `node-${index + 1}`,
    address: `10.0.0.${index + 1}`,
    engineAddress: `ssh://root@10.0.0.${index + 1}:22`,
    role: index < managers ? "manager" : "worker",
    labels: {},
    taints: [],
  }));
const agent = (changes: Partial<WorkloadPlan> = {}) => workloadPlan(changes);
const replicas = (min: number, max = min) => ({ replicas: { mode: "replicated" as const, min, max } });
const order = (value: "start-first" | "stop-first", parallelism = 1) => ({
  update: { ...workloadPlan().update, order: value, parallelism },
});
const twoPorts = [
  { name: "http", containerPort: 4111, protocol: "tcp", publishedPort: 8080, reach: "everywhere" },
  { name: "port-1", containerPort: 4112, protocol: "tcp", publishedPort: 8081, reach: "everywhere" },
] as const;

describe("a Swarm's managers", () => {
  it.each([
    { managers: 1, refused: false },
    { managers: 2, refused: true },
    { managers: 3, refused: false },
    { managers: 4, refused: true },
  ])("$managers of them are refused: $refused", ({ managers, refused }) => {
    expect(checkSwarm(hosts(managers, 2), settingsOf(), [agent()], 3).length > 0).toBe(refused);
  });
});

describe("a network that is cut off from the world", () => {
  const closed = { network: { internal: true } };
  it.each([
    { publish: "proxy", refused: true },
    { publish: "host", refused: true },
    { publish: "ingress", refused: false },
  ])("is refused where a port is published by $publish: $refused", ({ publish, refused }) => {
    const found = checkSwarm(hosts(1, 2), settingsOf({ ...closed, publish }), [agent(replicas(2))], 3);
    expect(found.map(({ path }) => path)).toEqual(refused ? ["topology.orchestrator.network.internal"] : []);
  });

  it("is taken where nothing is published", () => {
    expect(checkSwarm(hosts(1), settingsOf(closed), [agent({ ports: [] })], 1)).toEqual([]);
  });
});

describe("a host's own port", () => {
  it.each([
    { why: "a spare host for each replacement", changes: replicas(2), eligible: 3, paths: [] },
    {
      why: "no spare host",
      changes: replicas(3),
      eligible: 3,
      paths: ["topology.workload.update.order"],
    },
    {
      why: "fewer spare hosts than replacements at once",
      changes: { ...replicas(2), ...order("start-first", 2) },
      eligible: 3,
      paths: ["topology.workload.update.order"],
    },
    { why: "a gap that is asked for", changes: { ...replicas(3), ...order("stop-first") }, eligible: 3, paths: [] },
    { why: "more replicas than hosts", changes: replicas(4), eligible: 3, paths: ["scaling.replicas.max"] },
    {
      why: "one on every host",
      changes: { replicas: { mode: "global" as const, min: 3, max: 3 } },
      eligible: 3,
      paths: ["topology.workload.update.order"],
    },
    { why: "nothing published", changes: { ...replicas(3), ports: [] }, eligible: 3, paths: [] },
  ])("with $why is refused at $paths", ({ changes, eligible, paths }) => {
    const problems = checkSwarm(hosts(1, 2), settingsOf({ publish: "host" }), [agent(changes)], eligible);
    expect(problems.map(({ path }) => path)).toEqual(paths);
    for (const { allowed, mend } of problems) {
      expect(allowed).toContain("port 8080 of a host belongs to one replica");
      expect(mend).toContain("topology.orchestrator.publish to proxy");
    }
  });

  it("is accepted exactly where every replacement finds a host whose port is free", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 4 }),
        (max, eligible, parallelism) => {
          const workload = agent({ ...replicas(1, max), ...order("start-first", parallelism) });
          const problems = checkSwarm(hosts(1), settingsOf({ publish: "host" }), [workload], eligible);
          expect(problems.length === 0).toBe(eligible >= max + parallelism);
        },
      ),
    );
  });
});

describe("the way in", () => {
  const planFor = (publish: string, changes: Partial<WorkloadPlan> = {}) =>
    adaptSwarm(adapterInput("swarm", [agent(changes)], []), settingsOf({ publish }));

  it.each([
    { publish: "proxy", endpoint: "dnsrr", ports: [], proxied: true },
    { publish: "ingress", endpoint: "vip", ports: [{ published: 8080, mode: "ingress" }], proxied: false },
    { publish: "host", endpoint: "dnsrr", ports: [{ published: 8080, mode: "host" }], proxied: false },
  ])("$publish: the agent is reached by $endpoint", ({ publish, endpoint, ports, proxied }) => {
    const { services, configs } = planFor(publish);
    const [own, proxy] = services;
    expect(own).toMatchObject({ endpointMode: endpoint, ports });
    expect(proxy !== undefined).toBe(proxied);
    expect(configs).toHaveLength(proxied ? 1 : 0);
    if (proxy) {
      expect(proxy).toMatchObject({
        mode: { kind: "global" },
        ports: [{ target: 8080, published: 8080, mode: "host" }],
        update: { order: "stop-first", parallelism: 1 },
        stopGraceSeconds: 190,
      });
      expect(configs[0]?.content).toContain("tasks.flame-staging-agent:4111");
    }
  });

  it("has no proxy where nothing is reached from outside", () => {
    const inside = [
      { name: "http", containerPort: 4111, protocol: "tcp", publishedPort: 8080, reach: "host" },
    ] as const;
    expect(planFor("proxy", { ports: inside }).services).toHaveLength(1);
  });

  it("leads to one port of the agent only, and says so", () => {
    expect(checkSwarm(hosts(1), settingsOf(), [agent({ ports: twoPorts })], 1)).toMatchObject([
      { path: "agent.ports.1", given: "8081", mend: expect.stringContaining("ingress") },
    ]);
    expect(checkSwarm(hosts(1), settingsOf({ publish: "ingress" }), [agent({ ports: twoPorts })], 1)).toEqual([]);
  });

  it("keeps the proxy's configuration, and so the proxy, when agents are added", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 1, max: 15 }), (one, other) => {
        const names = [one, other].map((count) => planFor("proxy", replicas(count)).configs.map(({ name }) => name));
        expect(names[0]).toEqual(names[1]);
      }),
    );
  });
});

describe("a Swarm's own files", () => {
  const input = {
    ...adapterInput("swarm", [agent({ files: [{ path: "/etc/flame/prompt.md", content: "Answer." }] })], []),
    hosts: hosts(3, 1),
  };

  it("name new content anew", () => {
    const namesOf = (content: string) =>
      adaptSwarm(
        { ...input, workloads: [agent({ files: [{ path: "/etc/flame/prompt.md", content }] })] },
        settingsOf(),
      ).configs.map(({ name }) => name);
    expect(namesOf("Answer.")).toEqual(namesOf("Answer."));
    expect(namesOf("Answer.")[0]).not.toBe(namesOf("Ask.")[0]);
  });

  it("make the Swarm once, each host in its part, and the network first where a stack can't", () => {
    const plan = adaptSwarm(
      input,
      settingsOf({
        forceNewCluster: true,
        dataPathPort: 7789,
        addressPools: ["10.20.0.0/16"],
        network: {
          gateway: "10.90.0.1",
          addressRange: "10.90.1.0/24",
          encrypted: true,
          attachable: true,
          internal: true,
        },
      }),
    );
    const script = swarmBootstrap(plan);
    expect(script.match(/swarm join /g)).toHaveLength(3);
    expect(script.match(/--quiet manager/g)).toHaveLength(2);
    expect(script).toMatch(
      /swarm init .*--data-path-port 7789 --default-addr-pool 10\.20\.0\.0\/16 --force-new-cluster/,
    );
    expect(script).toMatch(
      /network create --driver overlay .*--gateway 10\.90\.0\.1 --ip-range 10\.90\.1\.0\/24 --attachable --internal --opt 'encrypted=true'/,
    );
    expect(swarmStack(plan)).toContain("external: true");
    expect(swarmStack(plan)).not.toContain("10.90.0.1");
  });

  it("are empty where there is no manager", () => {
    const plan = adaptSwarm({ ...input, hosts: [] }, settingsOf());
    expect(swarmBootstrap(plan)).toBe("");
  });
});
