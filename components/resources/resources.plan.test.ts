import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ContainerResources } from "../orchestration/container.settings.ts";
import { checkResources, planLimits, planResources, type ResourceClaim } from "./resources.plan.ts";
import { ResourceSettings } from "./resources.settings.ts";

const claim = (key: string, resources: unknown = {}): ResourceClaim => ({
  key,
  path: `containers.${key}.resources`,
  resources: ContainerResources.parse(resources),
});
const problemsOf = (settings: unknown, claims: readonly ResourceClaim[]) =>
  checkResources(ResourceSettings.parse(settings), claims);

const priorities = fc.constantFrom("high", "medium", "low");
const resources = fc
  .record({
    requestCpu: fc.integer({ min: 0, max: 4000 }),
    moreCpu: fc.integer({ min: 10, max: 4000 }),
    requestMiB: fc.integer({ min: 0, max: 4096 }),
    moreMiB: fc.integer({ min: 6, max: 4096 }),
    swapMiB: fc.integer({ min: 0, max: 1024 }),
    priority: priorities,
  })
  .map(({ requestCpu, moreCpu, requestMiB, moreMiB, swapMiB, priority }) =>
    ContainerResources.parse({
      requests: { cpu: `${requestCpu}m`, memory: `${requestMiB}MiB` },
      limits: { cpu: `${requestCpu + moreCpu}m`, memory: `${requestMiB + moreMiB}MiB`, swap: `${swapMiB}MiB` },
      priority,
    }),
  );
const claims = fc
  .array(resources, { maxLength: 4 })
  .map((all) =>
    all.map(
      (one, index): ResourceClaim => ({ key: `c${index}`, path: `containers.c${index}.resources`, resources: one }),
    ),
  );

describe("a container's limits", () => {
  it.each([
    { why: "one core's weight for a request of one core", given: { requests: { cpu: "1" } }, app: false, shares: 1024 },
    { why: "half of it while the desktop app comes first", given: { requests: { cpu: "1" } }, app: true, shares: 512 },
    {
      why: "four times as much for a high priority",
      given: { requests: { cpu: "1" }, priority: "high" },
      app: false,
      shares: 4096,
    },
    { why: "a quarter for a low one", given: { requests: { cpu: "1" }, priority: "low" }, app: false, shares: 256 },
    {
      why: "the least that the kernel takes where nothing is asked for",
      given: { requests: { cpu: "0" } },
      app: true,
      shares: 2,
    },
    {
      why: "the most that the kernel takes",
      given: { requests: { cpu: "100" }, limits: { cpu: "100" }, priority: "high" },
      app: false,
      shares: 262_144,
    },
  ])("give $why", ({ given, app, shares }) => {
    expect(planLimits(ContainerResources.parse(given), app).cpuShares).toBe(shares);
  });

  it("count swap together with memory, as engines do", () => {
    const limits = planLimits(ContainerResources.parse({ limits: { memory: "1GiB", swap: "256MiB" } }), false);
    expect(limits).toMatchObject({ memoryMiB: 1024, memoryAndSwapMiB: 1280, memoryReservationMiB: 512 });
  });

  it("stay in the range that engines take, whatever is asked for", () => {
    fc.assert(
      fc.property(resources, fc.boolean(), (asked, app) => {
        const limits = planLimits(asked, app);
        expect(limits.cpuShares).toBeGreaterThanOrEqual(2);
        expect(limits.cpuShares).toBeLessThanOrEqual(262_144);
        expect(limits.memoryReservationMiB).toBeLessThanOrEqual(limits.memoryMiB);
        expect(limits.memoryAndSwapMiB).toBeGreaterThanOrEqual(limits.memoryMiB);
      }),
    );
  });

  it("weigh more for a larger request and a higher priority, and never more while the desktop app comes first", () => {
    fc.assert(
      fc.property(resources, resources, (one, other) => {
        fc.pre(one.requests.cpu <= other.requests.cpu);
        const shares = (asked: ContainerResources, priority: "high" | "medium" | "low", app = false) =>
          planLimits({ ...asked, priority }, app).cpuShares;
        expect(shares(one, "medium")).toBeLessThanOrEqual(shares(other, "medium"));
        expect(shares(one, "low")).toBeLessThanOrEqual(shares(one, "medium"));
        expect(shares(one, "medium")).toBeLessThanOrEqual(shares(one, "high"));
        expect(shares(one, "medium", true)).toBeLessThanOrEqual(shares(one, "medium"));
      }),
    );
  });
});

describe("a desktop, shared out", () => {
  it("gives the machine a tenth more memory than its containers", () => {
    expect(planResources(ResourceSettings.parse({ engine: { memory: "4GiB" } }), []).machine).toEqual({
      cpus: 3,
      memoryMiB: 4506,
      diskGiB: 20,
    });
    expect(
      planResources(ResourceSettings.parse({ engine: { cpu: "2.5", memory: "5GiB", storage: "10241MiB" } }), [])
        .machine,
    ).toEqual({ cpus: 3, memoryMiB: 5632, diskGiB: 11 });
  });

  it("keeps the reserved shares for its user", () => {
    const host = {
      cpu: "8",
      memory: "16GiB",
      disk: "100GiB",
      reservedCpuPercent: 25,
      reservedMemoryPercent: 50,
      reservedDiskPercent: 10,
    };
    expect(planResources(ResourceSettings.parse({ host }), []).reserve).toEqual({
      cpu: 2000,
      memoryMiB: 8192,
      diskMiB: 10_240,
    });
  });

  it("lets containers give way in the order of their priority, then of their names", () => {
    const all = [claim("b"), claim("a"), claim("high", { priority: "high" }), claim("low", { priority: "low" })];
    const { underPressure } = planResources(ResourceSettings.parse({}), all).reconciliation;
    expect(underPressure.map(({ key }) => key)).toEqual(["low", "a", "b", "high"]);
  });

  it.each([
    { policy: "desktop-first", memoryMiB: 256, cpu: 250 },
    { policy: "balanced", memoryMiB: 640, cpu: 1125 },
    { policy: "containers-first", memoryMiB: 1024, cpu: 2000 },
  ])("goes from limit to request as far as its policy says: $policy", ({ policy, memoryMiB, cpu }) => {
    const settings = ResourceSettings.parse({ reconciliation: { policy } });
    const one = claim("a", { requests: { cpu: "250m", memory: "256MiB" }, limits: { cpu: "2", memory: "1GiB" } });
    expect(planResources(settings, [one]).reconciliation.underPressure).toEqual([{ key: "a", memoryMiB, cpu }]);
  });

  it("keeps every container between its request and its limit under pressure", () => {
    const policies = fc.constantFrom("desktop-first", "balanced", "containers-first");
    fc.assert(
      fc.property(claims, policies, (all, policy) => {
        const { reconciliation, capacity } = planResources(ResourceSettings.parse({ reconciliation: { policy } }), all);
        for (const { key, cpu, memoryMiB } of reconciliation.underPressure) {
          const { requests, limits } = all.find((one) => one.key === key)?.resources ?? ContainerResources.parse({});
          expect(cpu).toBeGreaterThanOrEqual(requests.cpu);
          expect(cpu).toBeLessThanOrEqual(limits.cpu);
          expect(memoryMiB * 1024 ** 2).toBeGreaterThanOrEqual(requests.memory);
          expect(memoryMiB * 1024 ** 2).toBeLessThanOrEqual(limits.memory);
        }
        expect(reconciliation.underPressure).toHaveLength(all.length);
        expect(capacity.cpu.requested).toBeLessThanOrEqual(capacity.cpu.limited);
        expect(capacity.memoryMiB.requested).toBeLessThanOrEqual(capacity.memoryMiB.limited);
      }),
    );
  });
});

describe("what is asked of a desktop", () => {
  it("is never more in sum than there is, once it is accepted", () => {
    const engines = fc.record({
      cpu: fc.integer({ min: 1, max: 64 }).map((cores) => `${cores}`),
      memory: fc.integer({ min: 1, max: 64 }).map((count) => `${count}GiB`),
      storage: fc.integer({ min: 1, max: 200 }).map((count) => `${count}GiB`),
    });
    fc.assert(
      fc.property(claims, engines, engines, fc.boolean(), (all, engine, host, allowOversubscription) => {
        const settings = ResourceSettings.parse({
          engine,
          host: { cpu: host.cpu, memory: host.memory, disk: host.storage, allowOversubscription },
        });
        if (checkResources(settings, all).length > 0) return;
        const { capacity, reserve } = planResources(settings, all);
        expect(capacity.cpu.requested).toBeLessThanOrEqual(capacity.cpu.available);
        expect(capacity.memoryMiB.requested).toBeLessThanOrEqual(capacity.memoryMiB.available);
        if (!allowOversubscription) {
          expect(capacity.cpu.limited).toBeLessThanOrEqual(capacity.cpu.available);
          expect(capacity.memoryMiB.limited).toBeLessThanOrEqual(capacity.memoryMiB.available);
        }
        expect(capacity.cpu.available + reserve.cpu).toBeLessThanOrEqual(settings.host.cpu);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    {
      why: "CPU of the engine",
      settings: { host: { cpu: "4" }, engine: { cpu: "3.5" } },
      problem: { path: "resources.engine.cpu", given: "3.5", allowed: "at most 3 (host 4 − 25 % for the desktop)" },
    },
    {
      why: "memory of the engine",
      settings: { host: { memory: "8GiB", reservedMemoryPercent: 50 }, engine: { memory: "5GiB" } },
      problem: {
        path: "resources.engine.memory",
        given: "5GiB",
        allowed: "at most 4GiB (host 8GiB − 50 % for the desktop)",
      },
    },
    {
      why: "disk space of the engine",
      settings: { host: { disk: "20GiB", reservedDiskPercent: 0 }, engine: { storage: "21GiB" } },
      problem: {
        path: "resources.engine.storage",
        given: "21GiB",
        allowed: "at most 20GiB (host 20GiB − 0 % for the desktop)",
      },
    },
  ])("is refused where the host hasn't it: $why", ({ settings, problem }) => {
    expect(problemsOf(settings, [])).toMatchObject([problem]);
  });

  it("may be all that the host has beyond its reserve", () => {
    expect(problemsOf({ host: { cpu: "4" }, engine: { cpu: "3" } }, [])).toEqual([]);
  });

  it.each([
    { why: "limits", settings: {}, paths: ["containers.a.resources.limits.cpu"] },
    {
      why: "limits, unless more may be promised than there is",
      settings: { host: { allowOversubscription: true } },
      paths: [],
    },
  ])("is summed: $why", ({ settings, paths }) => {
    expect(problemsOf(settings, [claim("a"), claim("b")]).map(({ path }) => path)).toEqual(paths);
  });

  it("is summed: requests always, with every term", () => {
    const large = { requests: { cpu: "2" }, limits: { cpu: "2" } };
    expect(problemsOf({ host: { allowOversubscription: true } }, [claim("a", large), claim("b", large)])).toEqual([
      {
        path: "containers.a.resources.requests.cpu",
        given: "in sum 4 (a 2 + b 2)",
        allowed: "in sum at most 3, which is resources.engine.cpu",
        mend: "lower requests.cpu of a container or raise resources.engine.cpu",
      },
    ]);
  });

  it.each([
    { cpuSet: "0-3", refused: false, why: "the host's last processor" },
    { cpuSet: "1,4", refused: true, why: "one after it" },
    { cpuSet: undefined, refused: false, why: "any" },
  ])("is a processor of the host: $why", ({ cpuSet, refused }) => {
    expect(problemsOf({}, [claim("a", { cpuSet })]).map(({ path }) => path)).toEqual(
      refused ? ["containers.a.resources.cpuSet"] : [],
    );
  });
});
