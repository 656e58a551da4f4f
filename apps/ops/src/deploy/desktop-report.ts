import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import type { PlanReport } from "../plan/report.ts";
import { RunFailure } from "./failure.ts";

/** The report of a desktop's environment. */
export interface DesktopReport extends PlanReport {
  readonly plan: LocalPodmanPlan;
}

/** Throws a `RunFailure` for what isn't a desktop: this machine runs desktops, and Pulumi by itself deploys to hosts. */
export function desktopReport(report: PlanReport): DesktopReport {
  const { planned } = report;
  if (planned.kind === "local-podman") return { ...report, plan: planned.plan };
  throw new RunFailure({
    place: "topology.kind",
    found: planned.kind,
    allowed: "local-podman: blueprint up starts desktops on the machine it runs on",
    mend: `run: pulumi up --stack ${report.environment} --policy-pack policies/baseline`,
  });
}
