import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { limitFindings } from "../workload/limits.ts";
import { forEachContainerOf } from "../workload/workload.ts";
import { cronJob, JOB_POD, whenJobPodKnown } from "./job.ts";

export const jobLimits = resourceRule({
  name: "kubernetes-job-limits",
  description: "Each container of a job says what CPU and memory it asks for and what it can't exceed.",
  resource: cronJob,
  settings: NO_SETTINGS,
  check: (properties) => whenJobPodKnown(properties, (pod) => forEachContainerOf(pod, JOB_POD, limitFindings)),
});
