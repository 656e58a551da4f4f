import { describe, expect, it } from "vitest";
import { workloadPlan } from "../../../test/support/workload.ts";
import type { WorkloadPlan } from "../workload.plan.ts";
import { affinityOf, spreadOf, tolerationsOf } from "./affinity.ts";

const own = workloadPlan();
const placed = (placement: Partial<WorkloadPlan["placement"]>) =>
  workloadPlan({ placement: { ...own.placement, ...placement } });
const LABELS = { "app.kubernetes.io/name": "agent", "app.kubernetes.io/instance": "flame-staging-agent" };
const near = { labelSelector: { matchLabels: LABELS }, topologyKey: "kubernetes.io/hostname" };

describe("where pods may run", () => {
  it.each<{ what: string; placement: Partial<WorkloadPlan["placement"]>; affinity: object | undefined }>([
    { what: "nothing where nothing is asked for", placement: { apart: "off" }, affinity: undefined },
    {
      what: "apart where there is room",
      placement: {},
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: near }],
        },
      },
    },
    {
      what: "apart always",
      placement: { apart: "required" },
      affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [near] } },
    },
    {
      what: "every required label together",
      placement: {
        apart: "off",
        require: [
          { key: "zone", operator: "In", values: ["a", "b"] },
          { key: "spot", operator: "DoesNotExist", values: [] },
        ],
      },
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: "zone", operator: "In", values: ["a", "b"] },
                  { key: "spot", operator: "DoesNotExist" },
                ],
              },
            ],
          },
        },
      },
    },
    {
      what: "each wish by its weight",
      placement: {
        apart: "off",
        prefer: [
          { key: "zone", operator: "In", values: ["a"], weight: 20 },
          { key: "disk", operator: "Exists", values: [], weight: 5 },
        ],
      },
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 20, preference: { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] } },
            { weight: 5, preference: { matchExpressions: [{ key: "disk", operator: "Exists" }] } },
          ],
        },
      },
    },
  ])("is $what", ({ placement, affinity }) => {
    expect(affinityOf(placed(placement))).toEqual(affinity);
  });
});

it("spreads over each label by itself, counting one version's pods only", () => {
  expect(spreadOf(placed({ spreadOver: ["zone", "rack"] }))).toEqual(
    ["zone", "rack"].map((topologyKey) => ({
      maxSkew: 1,
      topologyKey,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector: { matchLabels: LABELS },
      matchLabelKeys: ["pod-template-hash"],
    })),
  );
});

it("tolerates taints for as long as is said", () => {
  const tolerations = [
    { key: "dedicated", operator: "Equal", value: "agents", effect: "NoSchedule" },
    { key: "spot", operator: "Exists", effect: "NoExecute", seconds: 0 },
  ] as const;
  expect(tolerationsOf(placed({ tolerations }))).toEqual([
    { key: "dedicated", operator: "Equal", value: "agents", effect: "NoSchedule" },
    { key: "spot", operator: "Exists", effect: "NoExecute", tolerationSeconds: 0 },
  ]);
});
