import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workloadClaim } from "../../test/support/claim.ts";
import { mebibytes, milliCpu } from "../core/index.ts";
import { checkQuota, kubernetesQuota, quotaSums } from "./quota.plan.ts";
import { Quota } from "./quota.settings.ts";

describe("the sums of a quota", () => {
  it("count every replica, and a volume once", () => {
    const claims = [
      workloadClaim("agent", { replicas: 3, gpus: 1, ephemeralRequest: mebibytes(100) }),
      workloadClaim("database", { storage: mebibytes(1024) }),
    ];
    expect(quotaSums(claims)).toEqual({
      cpuRequests: 4 * 250,
      cpuLimits: 4 * 2000,
      memoryRequests: 4 * mebibytes(512),
      memoryLimits: 4 * mebibytes(1024),
      ephemeralRequests: 3 * mebibytes(100),
      ephemeralLimits: 0,
      storage: mebibytes(1024),
      gpus: 3,
      replicas: 4,
    });
  });

  it("of two groups of workloads add up to that of both", () => {
    const claims = fc.array(
      fc
        .record({ replicas: fc.nat(20), cpu: fc.nat(4000), memory: fc.nat(4096), storage: fc.nat(4096) })
        .map(({ replicas, cpu, memory, storage }) =>
          workloadClaim("any", {
            replicas,
            cpuRequest: milliCpu(cpu),
            memoryRequest: mebibytes(memory),
            storage: mebibytes(storage),
          }),
        ),
    );
    fc.assert(
      fc.property(claims, claims, (one, other) => {
        const [first, second, both] = [quotaSums(one), quotaSums(other), quotaSums([...one, ...other])];
        expect(both).toEqual(
          Object.fromEntries(
            Object.entries(first).map(([amount, sum]) => [
              amount,
              sum + (Object.entries(second).find(([name]) => name === amount)?.[1] ?? 0),
            ]),
          ),
        );
      }),
    );
  });
});

describe("a quota", () => {
  const sums = quotaSums([workloadClaim("agent", { replicas: 4, gpus: 1, storage: mebibytes(2048) })]);

  it.each([
    { quota: { cpuRequests: "900m" }, path: "there.cpuRequests", given: "0.9", least: "1" },
    { quota: { cpuLimits: "7" }, path: "there.cpuLimits", given: "7", least: "8" },
    { quota: { memoryRequests: "1GiB" }, path: "there.memoryRequests", given: "1GiB", least: "2GiB" },
    { quota: { memoryLimits: "3GiB" }, path: "there.memoryLimits", given: "3GiB", least: "4GiB" },
    { quota: { storage: "1GiB" }, path: "there.storage", given: "1GiB", least: "2GiB" },
    { quota: { gpus: 3 }, path: "there.gpus", given: "3", least: "4" },
    { quota: { replicas: 3 }, path: "there.replicas", given: "3", least: "4" },
  ])("refuses what exceeds $quota, with the sum", ({ quota, path, given, least }) => {
    const [problem, ...others] = checkQuota("there", Quota.parse(quota), sums);
    expect(problem).toMatchObject({ path, given });
    expect(problem?.allowed).toContain(`at least ${least}:`);
    expect(others).toEqual([]);
  });

  it("allows exactly its amounts, and everything where it names none", () => {
    expect(checkQuota("there", Quota.parse({ cpuRequests: "1", replicas: 4, memoryLimits: "4GiB" }), sums)).toEqual([]);
    expect(checkQuota("there", Quota.parse({}), sums)).toEqual([]);
  });

  it("is a ResourceQuota on Kubernetes", () => {
    const quota = Quota.parse({ cpuRequests: "1500m", memoryLimits: "4GiB", storage: "10GiB", gpus: 2, replicas: 9 });
    expect(kubernetesQuota(quota)).toEqual({
      "requests.cpu": "1.5",
      "limits.memory": "4096Mi",
      "requests.storage": "10240Mi",
      "requests.nvidia.com/gpu": "2",
      pods: "9",
    });
  });
});
