import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const cpuLimit = resourceRule({
  name: "docker-container-cpu-limit",
  description: "A container has a limit or a share of processor time, so that one can't starve the others.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ cpuShares, cpuQuota, cpus }) => {
    if (isAbove0(cpuShares) || isAbove0(cpuQuota) || (typeof cpus === "string" && Number(cpus) > 0)) return [];
    return whenKnown({ cpuShares, cpuQuota, cpus }, () => [
      violation({
        found: "none of cpuShares, cpuQuota and cpus is above 0",
        allowed: "at least one of them above 0",
        mend: 'set cpus to a limit such as "1.5", or cpuShares to a weight such as 512',
      }),
    ]);
  },
});

function isAbove0(value: unknown): boolean {
  return typeof value === "number" && value > 0;
}
