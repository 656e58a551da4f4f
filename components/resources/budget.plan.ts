import type { Problem } from "../core/index.ts";
import type { Budget } from "./budget.settings.ts";
import type { TenantPlan } from "./tenants.plan.ts";
import type { Tenants } from "./tenants.settings.ts";

/** What the hosts cost in the budget's period, and which of its marks that passes. */
export interface BudgetPlan {
  readonly period: NonNullable<Budget>["period"];
  readonly amount: number;
  readonly cost: number;
  readonly usedPercent: number;
  /** Marks of `warnPercents` that are passed, and 100 where the amount is. */
  readonly passedPercents: readonly number[];
}

/** Periods in a month of 365/12 days. */
const PERIODS_PER_MONTH = { daily: 365 / 12, weekly: 365 / 12 / 7, monthly: 1, quarterly: 1 / 3 } as const;

/** Compares what the hosts cost with a budget; `undefined` without a budget or a price. */
export function planBudget(budget: Budget, monthlyCost: number | undefined): BudgetPlan | undefined {
  if (budget === undefined || monthlyCost === undefined) return undefined;
  const cost = round(monthlyCost / PERIODS_PER_MONTH[budget.period]);
  const usedPercent = round((cost / budget.amount) * 100);
  const marks = [...new Set([...budget.warnPercents, 100])].sort((one, other) => one - other);
  return {
    period: budget.period,
    amount: budget.amount,
    cost,
    usedPercent,
    passedPercents: marks.filter((mark) => usedPercent > mark),
  };
}

/** Costs above the budget or above a tenant's, and bounds that can't be compared since a price is missing. */
export function checkBudget(
  { budget, tenants }: { readonly budget?: Budget; readonly tenants: Tenants },
  monthlyCost: number | undefined,
  shares: readonly TenantPlan[],
): Problem[] {
  const plan = planBudget(budget, monthlyCost);
  const bounds = Object.entries(tenants).flatMap(([name, { monthlyCostMax }]) =>
    monthlyCostMax === undefined
      ? []
      : [{ path: `topology.governance.tenants.${name}.monthlyCostMax`, name, monthlyCostMax }],
  );
  if (monthlyCost === undefined) {
    const paths = [
      ...(budget === undefined ? [] : [{ path: "topology.governance.budget.amount", given: `${budget.amount}` }]),
      ...bounds.map(({ path, monthlyCostMax }) => ({ path, given: `${monthlyCostMax}` })),
    ];
    return paths.map((place) => ({
      ...place,
      allowed: "nothing unless every host has a tier with monthlyCost: there is nothing to compare it with",
      mend: "set topology.governance.tiers.<tier>.monthlyCost, and the tier of each host",
    }));
  }
  return [
    ...(plan && budget?.onExcess === "refuse" && plan.cost > plan.amount
      ? [
          {
            path: "topology.governance.budget.amount",
            given: `${plan.amount} ${plan.period}`,
            allowed: `at least ${plan.cost} ${plan.period}: ${monthlyCost} a month for the hosts, by their tiers`,
            mend: "raise the amount, take a host away, choose smaller tiers, or set onExcess to warn",
          },
        ]
      : []),
    ...bounds.flatMap(({ path, name, monthlyCostMax }) => {
      const part = shares.find((tenant) => tenant.name === name)?.costShare ?? 0;
      const cost = round(monthlyCost * part);
      if (cost <= monthlyCostMax) return [];
      return [
        {
          path,
          given: `${monthlyCostMax}`,
          allowed: `at least ${cost}: ${round(part * 100)} % of what is asked for, of ${monthlyCost} a month for the hosts`,
          mend: "raise the bound, or lower the requests of the tenant's workloads",
        },
      ];
    }),
  ];
}

/** Hundredths: what a price list has. */
function round(amount: number): number {
  return Math.round(amount * 100) / 100;
}
