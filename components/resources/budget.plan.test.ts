import { describe, expect, it } from "vitest";
import { workloadClaim } from "../../test/support/claim.ts";
import { checkBudget, planBudget } from "./budget.plan.ts";
import { Budget } from "./budget.settings.ts";
import { planTenants } from "./tenants.plan.ts";
import { Tenants } from "./tenants.settings.ts";

const checked = (settings: { budget?: unknown; tenants?: unknown }, monthlyCost: number | undefined) => {
  const tenants = Tenants.parse(settings.tenants ?? {});
  const shares = planTenants(tenants, [workloadClaim("agent"), workloadClaim("mail")]);
  return checkBudget({ budget: Budget.parse(settings.budget), tenants }, monthlyCost, shares);
};

describe("a budget", () => {
  it.each([
    { period: "daily", cost: 4.73 },
    { period: "weekly", cost: 33.14 },
    { period: "monthly", cost: 144 },
    { period: "quarterly", cost: 432 },
  ])("compares the hosts' cost of 144 a month with a $period amount", ({ period, cost }) => {
    expect(planBudget(Budget.parse({ amount: 1000, period }), 144)?.cost).toBe(cost);
  });

  it("tells the marks that are passed, the amount itself last", () => {
    const passed = (amount: number) =>
      planBudget(Budget.parse({ amount, warnPercents: [80, 50] }), 144)?.passedPercents;
    expect(passed(1000)).toEqual([]);
    expect(passed(200)).toEqual([50]);
    expect(passed(170)).toEqual([50, 80]);
    expect(passed(144)).toEqual([50, 80]);
    expect(passed(100)).toEqual([50, 80, 100]);
  });

  it("plans nothing without an amount or without a price", () => {
    expect(planBudget(undefined, 144)).toBeUndefined();
    expect(planBudget(Budget.parse({ amount: 100 }), undefined)).toBeUndefined();
  });

  it.each([
    {
      why: "a cost above it",
      settings: { budget: { amount: 143 } },
      cost: 144,
      path: "budget.amount",
      allowed: "at least 144 monthly",
    },
    {
      why: "no price to compare it with",
      settings: { budget: { amount: 143 } },
      cost: undefined,
      path: "budget.amount",
      allowed: "monthlyCost",
    },
    {
      why: "a tenant's share above its bound",
      settings: { tenants: { acme: { workloads: ["mail"], monthlyCostMax: 71.99 } } },
      cost: 144,
      path: "tenants.acme.monthlyCostMax",
      allowed: "at least 72: 50 %",
    },
    {
      why: "a tenant's bound and no price",
      settings: { tenants: { acme: { workloads: ["mail"], monthlyCostMax: 10 } } },
      cost: undefined,
      path: "tenants.acme.monthlyCostMax",
      allowed: "monthlyCost",
    },
  ])("refuses $why", ({ settings, cost, path, allowed }) => {
    const problems = checked(settings, cost);
    expect(problems.map((problem) => problem.path)).toEqual([`topology.governance.${path}`]);
    expect(problems[0]?.allowed).toContain(allowed);
  });

  it("allows its own amount exactly, a tenant's too, and only says so where it is to warn", () => {
    expect(checked({ budget: { amount: 144 } }, 144)).toEqual([]);
    expect(checked({ tenants: { acme: { workloads: ["mail"], monthlyCostMax: 72 } } }, 144)).toEqual([]);
    expect(checked({ budget: { amount: 1, onExcess: "warn" } }, 144)).toEqual([]);
  });
});
