import { type Problem, printValue } from "../core/index.ts";
import { checkQuota, type QuotaSums, quotaSums, type WorkloadClaim } from "./quota.plan.ts";
import type { Tenants } from "./tenants.settings.ts";

/** What a tenant's own workloads claim, and what that costs. */
export interface TenantPlan {
  readonly name: string;
  readonly workloads: readonly string[];
  readonly sums: QuotaSums;
  /** Part of the hosts' cost: the mean of its parts of the CPU and of the memory that is asked for. */
  readonly costShare: number;
}

/** What each tenant claims, in the order of their names. */
export function planTenants(tenants: Tenants, claims: readonly WorkloadClaim[]): TenantPlan[] {
  const whole = quotaSums(claims);
  return Object.entries(tenants)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, { workloads }]) => {
      const sums = quotaSums(claims.filter(({ key }) => workloads.includes(key)));
      const share = (amount: "cpuRequests" | "memoryRequests") => sums[amount] / Math.max(1, whole[amount]);
      return { name, workloads, sums, costShare: (share("cpuRequests") + share("memoryRequests")) / 2 };
    });
}

/** Tenant of a workload; `undefined` where it serves all of them. */
export function tenantOf(tenants: Tenants, key: string): string | undefined {
  return Object.entries(tenants).find(([, { workloads }]) => workloads.includes(key))?.[0];
}

/** Tenants whose workloads don't exist, belong to another one too, or claim more than their quota. */
export function checkTenants(tenants: Tenants, claims: readonly WorkloadClaim[]): Problem[] {
  const known = claims.map(({ key }) => key).filter((key) => !SHARED.includes(key));
  const names = Object.entries(tenants).flatMap(([name, { workloads }]) =>
    workloads.map((key, index) => ({ name, key, path: `topology.governance.tenants.${name}.workloads.${index}` })),
  );
  return [
    ...names
      .filter(({ key }) => !known.includes(key))
      .map(({ key, path }) => ({
        path,
        given: printValue(key),
        allowed: SHARED.includes(key)
          ? `a workload of the tenant alone (${list(known)}): ${key} serves all tenants, whose bounds are agent.requestRate`
          : `entries of containers: ${list(known)}`,
        mend: "correct the name, or add the container under containers",
      })),
    ...names
      .filter(({ key }, index) => names.findIndex((other) => other.key === key) < index)
      .map(({ key, path }) => ({
        path,
        given: printValue(key),
        allowed: `a workload that no other tenant has: ${key} is ${tenantOf(tenants, key)}'s`,
        mend: "give each tenant a container of its own",
      })),
    ...planTenants(tenants, claims).flatMap(({ name, sums }) =>
      checkQuota(`topology.governance.tenants.${name}.quota`, tenants[name]?.quota ?? {}, sums),
    ),
  ];
}

/** What works for every tenant, and so is nobody's. */
const SHARED: readonly string[] = ["agent", "database"];

function list(names: readonly string[]): string {
  return names.join(", ") || "there is none";
}
