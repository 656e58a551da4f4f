import type { core } from "@pulumi/kubernetes/types/input.js";
import type { WorkloadPlan } from "../workload.plan.ts";
import { selectorOf } from "./context.ts";

type Expression = WorkloadPlan["placement"]["require"][number];

const HOST = "kubernetes.io/hostname";
/** Weight of keeping replicas apart against a user's wishes, which go up to 100. */
const APART_WEIGHT = 100;

/** Which nodes, and how far from its own kind: `undefined` where nothing is asked for. */
export function affinityOf(workload: WorkloadPlan): core.v1.Affinity | undefined {
  const { require, prefer, apart } = workload.placement;
  const near = { labelSelector: { matchLabels: selectorOf(workload) }, topologyKey: HOST };
  const node = {
    ...(require.length > 0 && {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: require.map(expressionOf) }],
      },
    }),
    ...(prefer.length > 0 && {
      preferredDuringSchedulingIgnoredDuringExecution: prefer.map(({ weight, ...wish }) => ({
        weight,
        preference: { matchExpressions: [expressionOf(wish)] },
      })),
    }),
  };
  const pod =
    apart === "required"
      ? { requiredDuringSchedulingIgnoredDuringExecution: [near] }
      : { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: APART_WEIGHT, podAffinityTerm: near }] };
  const affinity = {
    ...(Object.keys(node).length > 0 && { nodeAffinity: node }),
    ...(apart !== "off" && { podAntiAffinity: pod }),
  };
  return Object.keys(affinity).length > 0 ? affinity : undefined;
}

/** Even spread over the values of each label, which may differ by one. */
export function spreadOf(workload: WorkloadPlan): core.v1.TopologySpreadConstraint[] {
  return workload.placement.spreadOver.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "DoNotSchedule",
    labelSelector: { matchLabels: selectorOf(workload) },
    // Pods of the version that an update replaces don't count.
    matchLabelKeys: ["pod-template-hash"],
  }));
}

export function tolerationsOf(workload: WorkloadPlan): core.v1.Toleration[] {
  return workload.placement.tolerations.map(({ seconds, ...toleration }) => ({
    ...toleration,
    ...(seconds !== undefined && { tolerationSeconds: seconds }),
  }));
}

function expressionOf({ key, operator, values }: Expression): core.v1.NodeSelectorRequirement {
  return { key, operator, ...(values.length > 0 && { values: [...values] }) };
}
