import type { LeafValues } from "./walk.world.ts";

/**
 * Values that break other settings of a document, for what is a bound and nothing else: that the document is refused for
 * this one change alone shows that it is kept.
 */
export type Bound = Pick<LeafValues, "base" | "beside"> & { readonly changed: unknown };

const GOVERNANCE = "topology.governance";
const TENANT = `${GOVERNANCE}.tenants.*`;
/** One host, so that nothing has another place. */
const host = (size: object) => ({ "topology.hosts": [{ name: "node-1", address: "10.0.0.11", gpus: 4, ...size }] });
const ROOM = { cpu: "64", memory: "256GiB", disk: "2TiB" };
const ONE_OF_TIER = host({ tier: "worker" });
const EPHEMERAL = { "agent.resources.requests.ephemeral": "1GiB", "agent.resources.limits.ephemeral": "2GiB" };
/** Requests of what belongs to the one class must equal limits, which those of the walk's workloads don't. */
const GUARANTEED = { [`${GOVERNANCE}.classes`]: { worker: { guaranteed: true }, other: {} } };
const AMOUNTS = { cpu: ["cpuRequests", "cpuLimits"], memory: ["memoryRequests", "memoryLimits", "storage"] };

function quota(place: string, beside: Readonly<Record<string, unknown>>): Readonly<Record<string, Bound>> {
  const cpu = AMOUNTS.cpu.map((name) => [`${place}.${name}`, { base: "100", changed: "1m", beside }] as const);
  const memory = AMOUNTS.memory.map((name) => [`${place}.${name}`, { base: "1TiB", changed: "1MiB", beside }] as const);
  return Object.fromEntries([...cpu, ...memory]);
}

/** By a leaf's path. */
export const BOUNDS: Readonly<Record<string, Bound>> = {
  "resources.host.cpu": { changed: "1" },
  "resources.host.memory": { changed: "1GiB" },
  "resources.host.disk": { changed: "1GiB" },
  "resources.host.reservedCpuPercent": { changed: 90 },
  "resources.host.reservedMemoryPercent": { changed: 90 },
  "resources.host.reservedDiskPercent": { changed: 90, beside: { "resources.host.disk": "64GiB" } },
  "resources.host.allowOversubscription": {
    base: true,
    changed: false,
    beside: { "agent.resources.limits.memory": "33GiB" },
  },
  "resources.engine.storage": { changed: "500GiB" },
  "resources.engine.cpu": { changed: "500m" },
  "resources.engine.memory": { changed: "256MiB" },
  "topology.hosts[].cpu": { base: "64", changed: "100m" },
  "topology.hosts[].memory": { base: "256GiB", changed: "1MiB" },
  "topology.hosts[].disk": { base: "2TiB", changed: "1MiB" },
  [`${GOVERNANCE}.tiers.*.cpu`]: { base: "64", changed: "100m", beside: ONE_OF_TIER },
  [`${GOVERNANCE}.tiers.*.memory`]: { base: "256GiB", changed: "1MiB", beside: ONE_OF_TIER },
  [`${GOVERNANCE}.tiers.*.disk`]: { base: "2TiB", changed: "1MiB", beside: ONE_OF_TIER },
  [`${GOVERNANCE}.tiers.*.clientsMax`]: { base: 200, changed: 1, beside: { [`${GOVERNANCE}.clientsAtOnce`]: 100 } },
  [`${GOVERNANCE}.tiers.*.monthlyCost`]: {
    base: 10,
    changed: 1_000_000,
    beside: { [`${GOVERNANCE}.budget`]: { amount: 100_000, onExcess: "refuse" } },
  },
  [`${GOVERNANCE}.budget.amount`]: {
    base: 1_000_000,
    changed: 1,
    beside: { [`${GOVERNANCE}.budget.onExcess`]: "refuse" },
  },
  [`${GOVERNANCE}.overcommit.cpu`]: { base: 4, changed: 1, beside: host({ ...ROOM, cpu: "6" }) },
  [`${GOVERNANCE}.overcommit.memory`]: { base: 2, changed: 1, beside: host({ ...ROOM, memory: "6GiB" }) },
  [`${TENANT}.monthlyCostMax`]: { base: 1000, changed: 0.01 },
  "topology.hosts[].tier": {
    base: "worker",
    changed: "other",
    beside: { ...ONE_OF_TIER, [`${GOVERNANCE}.tiers.other.cpu`]: "100m" },
  },
  [`${GOVERNANCE}.reserve.cpuPercent`]: { changed: 90, beside: host({ ...ROOM, cpu: "6" }) },
  [`${GOVERNANCE}.reserve.memoryPercent`]: { changed: 90, beside: host({ ...ROOM, memory: "16GiB" }) },
  [`${GOVERNANCE}.reserve.diskPercent`]: { changed: 90, beside: host({ ...ROOM, disk: "64GiB" }) },
  ...quota(`${GOVERNANCE}.quota`, {}),
  [`${GOVERNANCE}.quota.replicas`]: { base: 100, changed: 1 },
  ...quota(`${TENANT}.quota`, {}),
  [`${TENANT}.quota.replicas`]: { base: 100, changed: 0 },
  [`${GOVERNANCE}.replicaBounds.cpu.smallest`]: { base: "1m", changed: "7" },
  [`${GOVERNANCE}.replicaBounds.cpu.largest`]: { base: "64", changed: "10m" },
  [`${GOVERNANCE}.replicaBounds.cpu.limitPerRequest`]: { base: 50, changed: 1 },
  [`${GOVERNANCE}.replicaBounds.memory.smallest`]: { base: "1MiB", changed: "7GiB" },
  [`${GOVERNANCE}.replicaBounds.memory.largest`]: { base: "64GiB", changed: "10MiB" },
  [`${GOVERNANCE}.replicaBounds.memory.limitPerRequest`]: { base: 50, changed: 1 },
  [`${GOVERNANCE}.classOf`]: { base: {}, changed: { agent: "worker" }, beside: GUARANTEED },
  [`${GOVERNANCE}.defaultClass`]: { base: "other", changed: "worker", beside: GUARANTEED },
  [`${GOVERNANCE}.quota.ephemeralRequests`]: { base: "100GiB", changed: "1MiB", beside: EPHEMERAL },
  [`${GOVERNANCE}.quota.ephemeralLimits`]: { base: "100GiB", changed: "1MiB", beside: EPHEMERAL },
};
