import { z } from "zod";
import { undecided, violation } from "../../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, type Resource, stackRule } from "../../rule.ts";
import { Metadata, sameNamespace } from "../metadata.ts";
import { type Workload, workload } from "../workload/workload.ts";
import { whenUnguarded } from "./guard.ts";

const Autoscaler = z.object({
  metadata: Metadata,
  spec: maybe(
    z.object({
      maxReplicas: maybe(z.number()).nullish(),
      scaleTargetRef: maybe(
        z.object({ kind: maybe(z.string()).nullish(), name: maybe(z.string()).nullish() }),
      ).nullish(),
    }),
  ).nullish(),
});

const BUDGET = { type: "kubernetes:policy/v1:PodDisruptionBudget", selector: "selector" } as const;

export const disruptionBudget = stackRule({
  name: "kubernetes-stack-disruption-budget",
  description:
    "What has more than one replica has a disruption budget: emptying nodes doesn't take all of them at once.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties, { stack }) => {
    const count = mostReplicas(properties, stack);
    if (typeof count === "object") return [undecided(count.undecided)];
    if (count < 2) return [];
    return whenUnguarded(properties, stack, BUDGET, () =>
      violation({
        found: `up to ${count} replicas and no PodDisruptionBudget that selects them`,
        allowed: "a budget for everything with more than one replica",
        mend: "add a PodDisruptionBudget whose selector matches the pods' labels",
      }),
    );
  },
});

/** How many replicas there may be at once: the workload's own count, or its autoscaler's bound. */
function mostReplicas({ metadata, spec }: Workload, stack: readonly Resource[]): number | { undecided: string } {
  if (spec === UNKNOWN) return { undecided: "spec" };
  if (spec?.replicas === UNKNOWN) return { undecided: "spec.replicas" };
  const bounds = stack.flatMap(({ type, name, properties }) => {
    if (type !== "kubernetes:autoscaling/v2:HorizontalPodAutoscaler") return [];
    const autoscaler = Autoscaler.safeParse(properties);
    if (!autoscaler.success) return [{ name, bound: UNKNOWN }];
    const scales = scalesIt(autoscaler.data, metadata);
    if (scales === false) return [];
    const bound = autoscaler.data.spec === UNKNOWN ? UNKNOWN : autoscaler.data.spec?.maxReplicas;
    return [{ name, bound: scales === UNKNOWN ? UNKNOWN : bound }];
  });
  const unclear = bounds.find(({ bound }) => bound === UNKNOWN);
  if (unclear) return { undecided: `spec.maxReplicas of ${unclear.name}` };
  return Math.max(spec?.replicas ?? 1, ...bounds.map(({ bound }) => (typeof bound === "number" ? bound : 1)));
}

function scalesIt({ metadata, spec }: z.output<typeof Autoscaler>, target: Metadata): Maybe<boolean> {
  const same = sameNamespace(metadata, target);
  if (same === false) return false;
  if (same === UNKNOWN || spec === UNKNOWN || target === UNKNOWN) return UNKNOWN;
  const reference = spec?.scaleTargetRef;
  if (reference === UNKNOWN || reference?.name === UNKNOWN || target?.name === UNKNOWN) return UNKNOWN;
  return reference?.name === target?.name;
}
