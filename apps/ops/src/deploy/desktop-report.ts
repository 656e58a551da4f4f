import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import type { PlanReport } from "../plan/report.ts";
import { RunFailure } from "./failure.ts";

/** The report of a desktop's environment. */
export interface DesktopReport extends PlanReport {
  readonly plan: LocalPodmanPlan;
}

/** Throws a `RunFailure` for what isn't a desktop: on hosts of its own an agent runs in containers alone. */
export function desktopReport(report: PlanReport): DesktopReport {
  const { planned } = report;
  if (planned.kind === "local-podman") return { ...report, plan: planned.plan };
  throw new RunFailure({
    place: "--way",
    found: `embedded, but topology.kind is ${planned.kind}`,
    allowed: "embedded for local-podman; remote-server goes to its hosts through Pulumi",
    mend: `run: blueprint up ${report.environment}`,
  });
}
