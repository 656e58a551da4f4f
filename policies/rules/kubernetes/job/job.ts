import { z } from "zod";
import { type Finding, undecided } from "../../finding.ts";
import { maybe, UNKNOWN } from "../../known.ts";
import type { ResourceKind } from "../../rule.ts";
import { Pod } from "../workload/workload.ts";

const Template = z.object({ spec: maybe(Pod).nullish() });
const Job = z.object({ spec: maybe(z.object({ template: maybe(Template).nullish() })).nullish() });
const CronJobProperties = z.object({ spec: maybe(z.object({ jobTemplate: maybe(Job).nullish() })).nullish() });
type CronJob = z.output<typeof CronJobProperties>;

/** What makes pods at given times, which end by themselves. */
export const cronJob: ResourceKind<CronJob> = { type: "kubernetes:batch/v1:CronJob", schema: CronJobProperties };

/** Where a CronJob's pods are described. */
export const JOB_POD = "spec.jobTemplate.spec.template.spec";

/** Decides from the pods' description, unless it can't be told. A CronJob without one has an empty one. */
export function whenJobPodKnown({ spec }: CronJob, decide: (pod: Pod) => readonly Finding[]): readonly Finding[] {
  if (spec === UNKNOWN) return [undecided("spec")];
  const job = spec?.jobTemplate;
  if (job === UNKNOWN) return [undecided("spec.jobTemplate")];
  if (job?.spec === UNKNOWN) return [undecided("spec.jobTemplate.spec")];
  const template = job?.spec?.template;
  if (template === UNKNOWN) return [undecided("spec.jobTemplate.spec.template")];
  const pod = template?.spec;
  return pod === UNKNOWN ? [undecided(JOB_POD)] : decide(pod ?? {});
}
