import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { tokenFindings } from "../workload/no-default-token.ts";
import { cronJob, JOB_POD, whenJobPodKnown } from "./job.ts";

export const jobNoDefaultToken = resourceRule({
  name: "kubernetes-job-no-default-token",
  description: "A job's pods have an account of their own, and no token that outlives them.",
  resource: cronJob,
  settings: NO_SETTINGS,
  check: (properties) => whenJobPodKnown(properties, (pod) => tokenFindings(pod, JOB_POD)),
});
