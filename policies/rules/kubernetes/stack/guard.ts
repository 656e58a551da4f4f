import { z } from "zod";
import { type Finding, undecided } from "../../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../../known.ts";
import type { Resource } from "../../rule.ts";
import { Metadata, Selector, type StringMap, sameNamespace, selects } from "../metadata.ts";
import { podLabels, type Workload } from "../workload/workload.ts";

/** A type of objects that look after the pods that they select, and the field that says which. */
interface GuardKind {
  readonly type: string;
  readonly selector: "selector" | "podSelector";
}

const Guard = z.object({
  metadata: Metadata,
  spec: maybe(z.object({ selector: Selector, podSelector: Selector })).nullish(),
});

/** Whether some pods are looked after; `property` is what keeps it from being told. */
type Guarded =
  | { readonly kind: "guarded" }
  | { readonly kind: "none" }
  | { readonly kind: "undecided"; readonly property: string };

/** What is found of a workload whose pods no object of the kind selects, unless that can't be told. */
export function whenUnguarded(
  properties: Workload,
  stack: readonly Resource[],
  kind: GuardKind,
  finding: () => Finding,
): readonly Finding[] {
  const guard = guardOf(properties.metadata, podLabels(properties), stack, kind);
  switch (guard.kind) {
    case "guarded":
      return [];
    case "undecided":
      return [undecided(guard.property)];
    case "none":
      return [finding()];
  }
}

/** Whether an object of the kind selects pods of these labels in this namespace. */
function guardOf(
  metadata: Metadata,
  labels: Maybe<StringMap>,
  stack: readonly Resource[],
  { type, selector }: GuardKind,
): Guarded {
  const guards = stack.filter((resource) => resource.type === type);
  if (labels === UNKNOWN && guards.length > 0) return { kind: "undecided", property: "spec.template.metadata.labels" };
  const answers = guards.map(({ properties }) => {
    const guard = Guard.safeParse(properties);
    if (!guard.success) return UNKNOWN;
    const same = sameNamespace(guard.data.metadata, metadata);
    const { spec } = guard.data;
    const picks = spec === UNKNOWN ? UNKNOWN : selects(spec?.[selector], labels);
    if (same === false || picks === false) return false;
    return same === UNKNOWN || picks === UNKNOWN ? UNKNOWN : true;
  });
  if (answers.includes(true)) return { kind: "guarded" };
  const unclear = guards[answers.indexOf(UNKNOWN)];
  return unclear ? { kind: "undecided", property: `spec.${selector} of ${unclear.name}` } : { kind: "none" };
}
