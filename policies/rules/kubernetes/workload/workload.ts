import { z } from "zod";
import { type Finding, undecided } from "../../finding.ts";
import { type Maybe, maybe, UNKNOWN } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";
import { Metadata, StringMap } from "../metadata.ts";

const text = maybe(z.string()).nullish();
const count = maybe(z.number()).nullish();
const anything = maybe(z.looseObject({})).nullish();
const amounts = maybe(z.record(z.string(), maybe(z.union([z.string(), z.number()])))).nullish();

const Container = z.object({
  name: text,
  startupProbe: anything,
  livenessProbe: anything,
  readinessProbe: anything,
  resources: maybe(z.object({ requests: amounts, limits: amounts })).nullish(),
  lifecycle: maybe(
    z.object({
      preStop: maybe(
        z.object({
          sleep: maybe(z.object({ seconds: count })).nullish(),
          exec: maybe(z.object({ command: maybe(z.array(maybe(z.string()))).nullish() })).nullish(),
        }),
      ).nullish(),
    }),
  ).nullish(),
});
export type Container = z.output<typeof Container>;

/** What a pod is made of, whoever makes it. */
export const Pod = z.object({
  serviceAccountName: text,
  automountServiceAccountToken: maybe(z.boolean()).nullish(),
  terminationGracePeriodSeconds: count,
  containers: maybe(z.array(maybe(Container))).nullish(),
});
export type Pod = z.output<typeof Pod>;

const WorkloadProperties = z.object({
  metadata: Metadata,
  spec: maybe(
    z.object({
      replicas: count,
      template: maybe(
        z.object({ metadata: maybe(z.object({ labels: StringMap })).nullish(), spec: maybe(Pod).nullish() }),
      ).nullish(),
    }),
  ).nullish(),
});
export type Workload = z.output<typeof WorkloadProperties>;

/** What makes pods, and is meant to go on running. */
export const workload: ResourceKind<Workload> = {
  type: ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"],
  schema: WorkloadProperties,
};

/** Where a workload's pods are described. */
export const POD = "spec.template.spec";

/** Decides from the pods' description, unless it can't be told. A workload without one has an empty one. */
export function whenPodKnown({ spec }: Workload, decide: (pod: Pod) => readonly Finding[]): readonly Finding[] {
  if (spec === UNKNOWN) return [undecided("spec")];
  const template = spec?.template;
  if (template === UNKNOWN) return [undecided("spec.template")];
  const pod = template?.spec;
  return pod === UNKNOWN ? [undecided(POD)] : decide(pod ?? {});
}

type DecideContainer = (container: Container, path: string) => readonly Finding[];

/** Decides container by container. */
export function forEachContainer(properties: Workload, decide: DecideContainer): readonly Finding[] {
  return whenPodKnown(properties, (pod) => forEachContainerOf(pod, POD, decide));
}

/** Decides container by container of a pod at a path, so that one that can't be told doesn't hide the others. */
export function forEachContainerOf({ containers }: Pod, pod: string, decide: DecideContainer): readonly Finding[] {
  const path = `${pod}.containers`;
  if (containers === UNKNOWN) return [undecided(path)];
  return (containers ?? []).flatMap((container, index) =>
    container === UNKNOWN ? [undecided(`${path}[${index}]`)] : decide(container, `${path}[${index}]`),
  );
}

/** The pods' labels, by which budgets, policies and services find them. */
export function podLabels({ spec }: Workload): Maybe<StringMap> {
  if (spec === UNKNOWN) return UNKNOWN;
  const template = spec?.template;
  if (template === UNKNOWN) return UNKNOWN;
  const metadata = template?.metadata;
  return metadata === UNKNOWN ? UNKNOWN : (metadata?.labels ?? {});
}
