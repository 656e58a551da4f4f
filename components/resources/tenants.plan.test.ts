import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { workloadClaim } from "../../test/support/claim.ts";
import { milliCpu } from "../core/index.ts";
import { checkTenants, planTenants, tenantOf } from "./tenants.plan.ts";
import { Tenants } from "./tenants.settings.ts";

const claims = ["agent", "database", "search", "mail"].map((key) => workloadClaim(key));
const checked = (tenants: unknown) => checkTenants(Tenants.parse(tenants), claims);

describe("tenants", () => {
  it("have the sums of their own workloads, by name", () => {
    const tenants = Tenants.parse({ beta: { workloads: ["mail"] }, acme: { workloads: ["search", "mail"] } });
    const planned = planTenants(tenants, claims);
    expect(planned.map(({ name, sums }) => [name, sums.replicas])).toEqual([
      ["acme", 2],
      ["beta", 1],
    ]);
    expect(planned.map(({ costShare }) => costShare)).toEqual([0.5, 0.25]);
  });

  it("know whose a workload is", () => {
    const tenants = Tenants.parse({ acme: { workloads: ["search"] } });
    expect(tenantOf(tenants, "search")).toBe("acme");
    expect(tenantOf(tenants, "mail")).toBeUndefined();
  });

  it("share the whole cost where every workload is somebody's", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }), (amounts) => {
        const own = amounts.map((amount, index) => workloadClaim(`w${index}`, { cpuRequest: milliCpu(amount) }));
        const tenants = Tenants.parse(
          Object.fromEntries(own.map(({ key }, index) => [`t${index}`, { workloads: [key] }])),
        );
        const shares = planTenants(tenants, own).map(({ costShare }) => costShare);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it.each([
    {
      why: "a workload that isn't there",
      tenants: { acme: { workloads: ["other"] } },
      path: "acme.workloads.0",
      allowed: "search, mail",
    },
    {
      why: "what serves all of them",
      tenants: { acme: { workloads: ["agent"] } },
      path: "acme.workloads.0",
      allowed: "agent.requestRate",
    },
    {
      why: "a workload of two tenants",
      tenants: { acme: { workloads: ["mail"] }, beta: { workloads: ["search", "mail"] } },
      path: "beta.workloads.1",
      allowed: "mail is acme's",
    },
    {
      why: "more than a tenant's quota",
      tenants: { acme: { workloads: ["mail", "search"], quota: { replicas: 1 } } },
      path: "acme.quota.replicas",
      allowed: "at least 2",
    },
  ])("are refused with $why", ({ tenants, path, allowed }) => {
    const problems = checked(tenants);
    expect(problems.map((problem) => problem.path)).toEqual([`topology.governance.tenants.${path}`]);
    expect(problems[0]?.allowed).toContain(allowed);
  });
});
