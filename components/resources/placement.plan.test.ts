import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { milliCpu } from "../core/index.ts";
import { matches, type PlacementHost, type PlacementItem, placeWorkloads } from "./placement.plan.ts";

const host = (name: string, changes: Partial<PlacementHost> = {}): PlacementHost => ({
  name,
  cpu: milliCpu(4000),
  memoryMiB: 8192,
  diskMiB: 65_536,
  gpus: 0,
  cpuLimit: milliCpu(16_000),
  memoryLimitMiB: 8192,
  labels: {},
  taints: [],
  ...changes,
});
const item = (key: string, changes: Partial<PlacementItem> = {}): PlacementItem => ({
  key,
  count: 1,
  cpu: milliCpu(500),
  memoryMiB: 512,
  diskMiB: 0,
  gpus: 0,
  cpuLimit: milliCpu(1000),
  memoryLimitMiB: 1024,
  require: [],
  prefer: [],
  spreadOver: [],
  apart: "preferred",
  tolerations: [],
  ...changes,
});
const hostsOf = (hosts: readonly PlacementHost[], items: readonly PlacementItem[]) =>
  placeWorkloads(hosts, items).placed.map(({ key, host: name }) => `${key}@${name}`);
const zoned = ["a", "b", "c"].map((zone, index) => host(`node-${index + 1}`, { labels: { zone } }));

describe("a placement", () => {
  it.each([
    {
      why: "spreads replicas over hosts by itself",
      hosts: [host("one"), host("two")],
      items: [item("agent", { count: 4 })],
      placed: ["agent@one", "agent@two", "agent@one", "agent@two"],
    },
    {
      why: "packs where replicas may share a host",
      hosts: [host("one"), host("two")],
      items: [item("agent", { count: 3, apart: "off" })],
      placed: ["agent@one", "agent@one", "agent@one"],
    },
    {
      why: "prefers hosts with the label that weighs most",
      hosts: [host("one", { labels: { disk: "hdd" } }), host("two", { labels: { disk: "ssd" } })],
      items: [
        item("agent", {
          prefer: [
            { key: "disk", operator: "In", values: ["hdd"], weight: 10 },
            { key: "disk", operator: "In", values: ["ssd"], weight: 60 },
          ],
        }),
      ],
      placed: ["agent@two"],
    },
    {
      why: "keeps away from a host that should be avoided while another has room",
      hosts: [host("one", { taints: [{ key: "old", value: "", effect: "PreferNoSchedule" }] }), host("two")],
      items: [item("agent")],
      placed: ["agent@two"],
    },
    {
      why: "goes where a taint is tolerated",
      hosts: [host("one", { taints: [{ key: "dedicated", value: "agents", effect: "NoSchedule" }] })],
      items: [item("agent", { tolerations: [{ key: "dedicated", operator: "Equal", value: "agents" }] })],
      placed: ["agent@one"],
    },
    {
      why: "places the largest first, which would find no room later",
      hosts: [host("one", { cpu: milliCpu(1500) }), host("two", { cpu: milliCpu(3000) })],
      items: [item("small", { cpu: milliCpu(1000) }), item("large", { cpu: milliCpu(3000) })],
      placed: ["large@two", "small@one"],
    },
  ])("$why", ({ hosts, items, placed }) => {
    expect(hostsOf(hosts, items)).toEqual(placed);
  });

  it.each([
    {
      why: "memory",
      hosts: [host("one", { memoryMiB: 256 })],
      items: [item("agent")],
      because: "one: no memory for another request",
    },
    {
      why: "CPU",
      hosts: [host("one", { cpu: milliCpu(100) })],
      items: [item("agent")],
      because: "one: no CPU for another request",
    },
    {
      why: "limits of CPU",
      hosts: [host("one", { cpuLimit: milliCpu(100) })],
      items: [item("agent")],
      because: "one: no CPU for another limit (governance.overcommit.cpu)",
    },
    { why: "a GPU", hosts: [host("one")], items: [item("agent", { gpus: 1 })], because: "one: no GPU" },
    {
      why: "a taint",
      hosts: [host("one", { taints: [{ key: "dedicated", value: "x", effect: "NoExecute" }] })],
      items: [item("agent", { tolerations: [{ key: "dedicated", operator: "Equal", value: "y" }] })],
      because: "one: taint dedicated=x:NoExecute isn't tolerated",
    },
    {
      why: "a label",
      hosts: [host("one", { labels: { zone: "a" } })],
      items: [item("agent", { require: [{ key: "zone", operator: "NotIn", values: ["a"] }] })],
      because: "one: its labels aren't zone NotIn a",
    },
    {
      why: "a host for each replica",
      hosts: [host("one")],
      items: [item("agent", { count: 2, apart: "required" })],
      because: "one: has a replica already (placement.apart is required)",
    },
    {
      why: "a label to spread over",
      hosts: [host("one")],
      items: [item("agent", { spreadOver: ["zone"] })],
      because: "one: it has no label zone to spread over",
    },
    {
      why: "an even spread",
      hosts: [host("one", { labels: { zone: "a" } }), host("two", { labels: { zone: "b" }, cpu: milliCpu(100) })],
      items: [item("agent", { count: 2, spreadOver: ["zone"] })],
      because: "one: another one there would be uneven over zone",
    },
  ])("says why nothing is placed for want of $why", ({ hosts, items, because }) => {
    expect(placeWorkloads(hosts, items).unplaced.flatMap((one) => one.because)).toContain(because);
  });

  it("never exceeds a host, whatever is to be placed", () => {
    fc.assert(
      fc.property(anyHosts, anyItems, (hosts, items) => {
        for (const load of placeWorkloads(hosts, items).hosts) {
          for (const share of [load.cpu, load.memoryMiB, load.diskMiB, load.gpus, load.cpuLimit, load.memoryLimitMiB]) {
            expect(share.requested).toBeLessThanOrEqual(share.available);
          }
        }
      }),
    );
  });

  it("places every replica or says that it couldn't, and no replica twice", () => {
    fc.assert(
      fc.property(anyHosts, anyItems, (hosts, items) => {
        const { placed, unplaced } = placeWorkloads(hosts, items);
        expect(new Set(placed.map(({ key, index }) => `${key}-${index}`)).size).toBe(placed.length);
        for (const { key, count } of items) {
          const found = placed.filter((one) => one.key === key).length;
          const missing = unplaced.find((one) => one.key === key);
          expect(found + (missing?.count ?? 0)).toBe(count);
          expect(missing?.because.length ?? hosts.length).toBe(hosts.length);
        }
      }),
    );
  });

  it("keeps the counts of any two values of a label within one of each other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), (count) => {
        const { placed } = placeWorkloads(zoned, [item("agent", { count, spreadOver: ["zone"], memoryMiB: 64 })]);
        const counts = zoned.map(({ name }) => placed.filter((one) => one.host === name).length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("puts no two replicas on one host that must be apart", () => {
    fc.assert(
      fc.property(anyHosts, anyItems, (hosts, items) => {
        const apart = items.map((one) => ({ ...one, apart: "required" as const }));
        const places = placeWorkloads(hosts, apart).placed.map(({ key, host: name }) => `${key}@${name}`);
        expect(new Set(places).size).toBe(places.length);
      }),
    );
  });

  it("is the same in whichever order the workloads come", () => {
    fc.assert(
      fc.property(anyHosts, anyItems, (hosts, items) => {
        expect(placeWorkloads(hosts, [...items].reverse())).toEqual(placeWorkloads(hosts, items));
      }),
    );
  });
});

describe("a host's label", () => {
  it.each<LabelCase>([
    { operator: "In", values: ["5"], labels: { n: "5" }, matched: true },
    { operator: "In", values: ["5"], labels: {}, matched: false },
    { operator: "NotIn", values: ["5"], labels: {}, matched: true },
    { operator: "NotIn", values: ["5"], labels: { n: "5" }, matched: false },
    { operator: "Exists", values: [], labels: { n: "" }, matched: true },
    { operator: "Exists", values: [], labels: {}, matched: false },
    { operator: "DoesNotExist", values: [], labels: {}, matched: true },
    { operator: "DoesNotExist", values: [], labels: { n: "5" }, matched: false },
    { operator: "Gt", values: ["4"], labels: { n: "5" }, matched: true },
    { operator: "Gt", values: ["5"], labels: { n: "5" }, matched: false },
    { operator: "Lt", values: ["5"], labels: { n: "5" }, matched: false },
    { operator: "Lt", values: ["6"], labels: { n: "5" }, matched: true },
    { operator: "Lt", values: ["6"], labels: {}, matched: false },
  ])("$labels $operator $values: $matched", ({ operator, values, labels, matched }) => {
    expect(matches(labels, { key: "n", operator, values })).toBe(matched);
  });
});

interface LabelCase {
  readonly operator: PlacementItem["require"][number]["operator"];
  readonly values: string[];
  readonly labels: Record<string, string>;
  readonly matched: boolean;
}

const amount = (max: number) => fc.integer({ min: 0, max });
const anyHosts = fc
  .array(
    fc.record({
      cpu: amount(8000).map(milliCpu),
      memoryMiB: amount(16_384),
      diskMiB: amount(65_536),
      gpus: amount(4),
      cpuLimit: amount(16_000).map(milliCpu),
      memoryLimitMiB: amount(16_384),
      labels: fc.constantFrom<Readonly<Record<string, string>>>({ zone: "a" }, { zone: "b" }, {}),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => all.map((one, index) => host(`node-${index}`, one)));
const anyItems = fc
  .array(
    fc.record({
      count: amount(6),
      cpu: amount(2000).map(milliCpu),
      memoryMiB: amount(4096),
      diskMiB: amount(8192),
      gpus: amount(1),
      cpuLimit: amount(4000).map(milliCpu),
      memoryLimitMiB: amount(4096),
      spreadOver: fc.constantFrom<readonly string[]>([], ["zone"]),
      apart: fc.constantFrom<PlacementItem["apart"]>("required", "preferred", "off"),
    }),
    { maxLength: 5 },
  )
  .map((all) => all.map((one, index) => item(`workload-${index}`, one)));
