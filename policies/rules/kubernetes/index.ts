import { jobLimits } from "./job/limits.ts";
import { jobNoDefaultToken } from "./job/no-default-token.ts";
import { noWildcard } from "./role/no-wildcard.ts";
import { disruptionBudget } from "./stack/disruption-budget.ts";
import { networkPolicy } from "./stack/network-policy.ts";
import { limits } from "./workload/limits.ts";
import { noDefaultToken } from "./workload/no-default-token.ts";
import { probes } from "./workload/probes.ts";
import { turnGrace } from "./workload/turn-grace.ts";

/** What must hold of everything that the Kubernetes provider makes. */
export const kubernetesRules = [
  disruptionBudget,
  jobLimits,
  jobNoDefaultToken,
  limits,
  networkPolicy,
  noDefaultToken,
  noWildcard,
  probes,
  turnGrace,
];
