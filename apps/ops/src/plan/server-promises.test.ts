import { describe, expect, it } from "vitest";
import type { RemoteServerPlan } from "../../../../components/topology/index.ts";
import { planEnvironmentSettings } from "../../../../stacks/plan.ts";
import { environmentOf } from "../../../../test/support/environment.ts";
import { serverCost } from "./server-promises.ts";

function planOf(governance: object): RemoteServerPlan {
  const planned = planEnvironmentSettings(
    environmentOf({
      topology: {
        kind: "remote-server",
        orchestrator: { kind: "standalone" },
        hosts: [{ name: "node-1", address: "10.0.0.11", tier: "medium" }],
        governance,
      },
      agent: { image: "registry.example/team/flame-agent:1.2.0" },
    }),
  );
  if (planned?.kind !== "remote-server") throw new Error("the document is a server's");
  return planned.plan;
}
const medium = (monthlyCost?: number) => ({ medium: { cpu: "8", memory: "32GiB", disk: "256GiB", monthlyCost } });

describe("the cost of a server", () => {
  it.each([
    { governance: { tiers: medium() }, cost: "not modelled: own hosts, whose tiers name no price" },
    { governance: { tiers: medium(48) }, cost: "48 a month for the hosts, by their tiers" },
    {
      governance: { tiers: medium(48), budget: { amount: 100 } },
      cost: "48 a month for the hosts, by their tiers: 48 of the monthly budget of 100, 48 %",
    },
    {
      governance: { tiers: medium(48), budget: { amount: 180, period: "quarterly", warnPercents: [50, 75] } },
      cost: "48 a month for the hosts, by their tiers: 144 of the quarterly budget of 180, 80 %, above the mark of 75 %",
    },
    {
      governance: { tiers: medium(48), budget: { amount: 40, onExcess: "warn" } },
      cost: "48 a month for the hosts, by their tiers: 48 of the monthly budget of 40, 120 %, above the mark of 100 %",
    },
  ])("is $cost", ({ governance, cost }) => {
    expect(serverCost(planOf(governance))).toBe(cost);
  });
});
