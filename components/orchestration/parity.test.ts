import { describe, expect, it } from "vitest";
import { objectsOf, workloadPlan } from "../../test/support/workload.ts";
import { mebibytes, milliCpu } from "../core/index.ts";
import { checkParity, leaves, ORCHESTRATORS, type OrchestratorKind } from "./adapter.ts";
import { declarations, parityRows } from "./parity.ts";
import { WORKLOAD_LEAVES, type WorkloadLeaf } from "./workload.leaves.ts";
import type { WorkloadPlan, WorkloadVolumePlan } from "./workload.plan.ts";

interface Subject {
  readonly workload: WorkloadPlan;
  readonly volumes: readonly WorkloadVolumePlan[];
}

const usual: Subject = { workload: workloadPlan(), volumes: [] };
const own = workloadPlan();
const [port] = own.ports;
const change = (changes: Partial<WorkloadPlan>): Subject => ({ workload: workloadPlan(changes), volumes: [] });
const resources = (changes: Partial<WorkloadPlan["resources"]>) =>
  change({ resources: { ...own.resources, ...changes } });
const placement = (changes: Partial<WorkloadPlan["placement"]>) =>
  change({ placement: { ...own.placement, ...changes } });
const update = (changes: Partial<WorkloadPlan["update"]>) => change({ update: { ...own.update, ...changes } });
const ports = (changes: Partial<WorkloadPlan["ports"][number]>) =>
  change({ ports: port ? [{ ...port, ...changes }] : [] });
const volume: WorkloadVolumePlan = {
  name: "data",
  persistent: true,
  size: mebibytes(10_240),
  driver: "local",
  driverOptions: {},
  labels: {},
};
const withVolume = (changes: Partial<WorkloadVolumePlan> = {}): Subject => ({
  workload: workloadPlan({
    mounts: [{ kind: "volume", volume: "data", containerPath: "/data" }],
    replicas: { mode: "replicated", min: 1, max: 1 },
  }),
  volumes: [{ ...volume, ...changes }],
});

function secondPort(protocol: "tcp" | "udp"): Subject {
  const second = { name: "port-1", containerPort: 4112, publishedPort: 8081, reach: "everywhere", protocol } as const;
  return change({ ports: [...own.ports, second], update: { ...own.update, order: "stop-first" } });
}

/** A subject that says something at the leaf, beside one that says nothing or something else there. */
const CHANGES: Readonly<Record<WorkloadLeaf, { readonly before?: Subject; readonly after: Subject }>> = {
  image: { after: change({ image: { ...own.image, text: "registry.example/other:1.0.0" } }) },
  command: { after: change({ command: ["--verbose"] }) },
  entrypoint: { after: change({ entrypoint: ["/bin/serve"] }) },
  user: { after: change({ user: "999:999" }) },
  environment: { after: change({ environment: { TZ: "Europe/Berlin" } }) },
  secrets: { after: change({ secrets: { OTHER: { kind: "configuration", name: "other" } } }) },
  files: { after: change({ files: [{ path: "/etc/flame/prompt.md", content: "Answer briefly." }] }) },
  "ports.containerPort": { after: ports({ containerPort: 4112 }) },
  "ports.protocol": { before: secondPort("tcp"), after: secondPort("udp") },
  "ports.publishedPort": { after: ports({ publishedPort: 8081 }) },
  "ports.reach": { after: ports({ reach: { address: "10.0.0.11" } }) },
  "mounts.volume": { after: withVolume() },
  "mounts.folder": {
    after: change({ mounts: [{ kind: "folder", hostPath: "/srv", containerPath: "/srv", mode: "ro" }] }),
  },
  "mounts.memory": { after: change({ mounts: [] }) },
  healthCheck: { after: change({ healthCheck: { ...own.healthCheck, command: ["other"] } }) },
  readyPath: { after: change({ readyPath: "/other" }) },
  "restart.kind": { after: change({ restart: { kind: "never" } }) },
  "restart.maxRetries": {
    before: change({ restart: { kind: "on-failure", maxRetries: 5 } }),
    after: change({ restart: { kind: "on-failure", maxRetries: 6 } }),
  },
  "logging.kind": { after: change({ logging: { kind: "none" } }) },
  "logging.maxSize": { after: change({ logging: { kind: "file", maxSize: mebibytes(11), maxFiles: 1 } }) },
  "logging.maxFiles": { after: change({ logging: { kind: "file", maxSize: mebibytes(10), maxFiles: 3 } }) },
  "logging.tag": {
    before: change({ logging: { kind: "journald", tag: undefined } }),
    after: change({ logging: { kind: "journald", tag: "flame" } }),
  },
  "resources.cpuRequest": { after: resources({ cpuRequest: milliCpu(500) }) },
  "resources.cpuLimit": { after: resources({ cpuLimit: milliCpu(3000) }) },
  "resources.ingressPerSecond": { after: resources({ ingressPerSecond: mebibytes(10) }) },
  "resources.egressPerSecond": { after: resources({ egressPerSecond: mebibytes(10) }) },
  "resources.memoryRequest": { after: resources({ memoryRequest: mebibytes(600) }) },
  "resources.memoryLimit": { after: resources({ memoryLimit: mebibytes(2048) }) },
  "resources.swap": { after: resources({ swap: mebibytes(256) }) },
  "resources.cpuSet": { after: resources({ cpuSet: "0-1" }) },
  "resources.priority": { after: resources({ priority: "low" }) },
  "resources.ephemeralRequest": { after: resources({ ephemeralRequest: mebibytes(100) }) },
  "resources.ephemeralLimit": { after: resources({ ephemeralLimit: mebibytes(100) }) },
  "resources.gpus": { after: resources({ gpus: 1 }) },
  "placement.require": { after: placement({ require: [{ key: "zone", operator: "In", values: ["a"] }] }) },
  "placement.prefer": { after: placement({ prefer: [{ key: "zone", operator: "In", values: ["a"], weight: 1 }] }) },
  "placement.spreadOver": { after: placement({ spreadOver: ["zone"] }) },
  "placement.apart": { after: placement({ apart: "required" }) },
  "placement.tolerations": { after: placement({ tolerations: [{ key: "dedicated", operator: "Exists" }] }) },
  "update.strategy": { after: update({ strategy: "recreate" }) },
  "update.order": { after: update({ order: "stop-first" }) },
  "update.parallelism": { after: update({ parallelism: 2 }) },
  "update.delaySeconds": { after: update({ delaySeconds: 7 }) },
  "update.monitorSeconds": { after: update({ monitorSeconds: 77 }) },
  "update.onFailure": { after: update({ onFailure: "continue" }) },
  "update.maxFailureRatio": { after: update({ maxFailureRatio: 0.5 }) },
  "rollback.order": { after: change({ rollback: { order: "stop-first" } }) },
  "rollback.parallelism": { after: change({ rollback: { parallelism: 3 } }) },
  "rollback.delaySeconds": { after: change({ rollback: { delaySeconds: 3 } }) },
  "rollback.monitorSeconds": { after: change({ rollback: { monitorSeconds: 33 } }) },
  "rollback.onFailure": { after: change({ rollback: { onFailure: "continue" } }) },
  "rollback.maxFailureRatio": { after: change({ rollback: { maxFailureRatio: 0.5 } }) },
  "replicas.mode": { after: change({ replicas: { mode: "global", min: 2, max: 2 } }) },
  "replicas.min": { after: change({ replicas: { mode: "replicated", min: 1, max: 1 } }) },
  "replicas.max": { after: change({ replicas: { mode: "replicated", min: 2, max: 5 } }) },
  "security.seccomp": { after: change({ security: { seccomp: { kind: "profile", path: "flame.json" } } }) },
  metrics: { after: change({ metrics: { port: 4111, path: "/other" } }) },
  stopGraceSeconds: { after: change({ stopGraceSeconds: 300 }) },
  labels: { after: change({ labels: { team: "others" } }) },
  dependsOn: { after: change({ dependsOn: ["cache"] }) },
  "volumes.size": { before: withVolume(), after: withVolume({ size: mebibytes(20_480) }) },
  "volumes.driver": { before: withVolume(), after: withVolume({ driver: "nfs" }) },
  "volumes.driverOptions": { before: withVolume(), after: withVolume({ driverOptions: { type: "nfs" } }) },
};

/** Leaves that single engines keep outside their objects: in the plan's choice of hosts, or in the agent's own configuration. */
const ELSEWHERE: Readonly<Record<OrchestratorKind, readonly WorkloadLeaf[]>> = {
  standalone: [
    "placement.require",
    "placement.prefer",
    "placement.spreadOver",
    "placement.apart",
    "placement.tolerations",
    "metrics",
  ],
  swarm: ["metrics"],
  kubernetes: [],
};

const cache = workloadPlan({ key: "cache", name: "flame-staging-cache", ports: [], readyPath: undefined });

function look(orchestrator: OrchestratorKind, { workload, volumes }: Subject) {
  return {
    objects: objectsOf(orchestrator, [cache, workload], volumes),
    problems: checkParity(orchestrator, declarations[orchestrator], [workload], volumes),
  };
}

describe.each(ORCHESTRATORS)("on %s", (orchestrator) => {
  it.each(leaves())("%s changes an object or is refused, as declared", (leaf) => {
    const { before = usual, after } = CHANGES[leaf];
    const { objects, problems } = look(orchestrator, after);
    const treatment = declarations[orchestrator][leaf];
    const path = WORKLOAD_LEAVES[leaf].setting.replace("{workload}", "agent");
    const found = problems.map((problem) => problem.path);
    if (treatment.kind === "refused") {
      expect(found).toContain(path);
      return;
    }
    if (found.includes(path)) {
      expect(treatment.only).toBeDefined();
      return;
    }
    expect(found.filter((one) => !look(orchestrator, before).problems.some((other) => other.path === one))).toEqual([]);
    const same = objects === look(orchestrator, before).objects;
    expect(same).toBe(ELSEWHERE[orchestrator].includes(leaf));
  });

  it("names at every refusal what is allowed and what to use instead", () => {
    for (const leaf of leaves()) {
      for (const { path, allowed, mend } of look(orchestrator, CHANGES[leaf].after).problems) {
        expect(path).not.toContain("{");
        expect(allowed).toContain(orchestrator);
        expect(mend.length).toBeGreaterThan(10);
      }
    }
  });

  it("makes the same objects of the same workload, byte by byte", () => {
    expect(objectsOf(orchestrator, [cache, own])).toBe(objectsOf(orchestrator, [cache, workloadPlan()]));
  });
});

describe("the parity table", () => {
  it("has a row for every leaf, and a word of every orchestrator", () => {
    const rows = parityRows();
    expect(rows.map(({ leaf }) => leaf)).toEqual(leaves());
    expect(rows.filter(({ words }) => ORCHESTRATORS.some((one) => words[one].text.length < 3))).toEqual([]);
  });

  it("would show an adapter that drops what it declares: the objects of two workloads that differ are the same then", () => {
    const dropping = (workload: WorkloadPlan) => objectsOf("swarm", [cache, { ...workload, command: [] }]);
    expect(dropping(workloadPlan({ command: ["--verbose"] }))).toBe(dropping(own));
    expect(objectsOf("swarm", [cache, workloadPlan({ command: ["--verbose"] })])).not.toBe(
      objectsOf("swarm", [cache, own]),
    );
  });
});
