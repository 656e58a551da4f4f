import type { EnvironmentPlan } from "../../../../../stacks/plan.ts";
import { desktopTarget } from "./desktop.ts";
import { serverTarget } from "./server.ts";
import type { DeployTarget } from "./target.ts";

export type { DeployTarget } from "./target.ts";

/** Where an environment goes, by its plan. */
export function targetOf(planned: EnvironmentPlan): DeployTarget {
  switch (planned.kind) {
    case "local-podman":
      return desktopTarget(planned.plan);
    case "remote-server":
      return serverTarget(planned.plan);
  }
}
