import type { PlanReport } from "./report.ts";

/** Raised when a reader of the older shape would misread a newer one; new fields don't raise it. */
const FORMAT_VERSION = 1;

/** A plan for programs. The shape is described in apps/ops/README.md. */
export function renderJson(report: PlanReport): string {
  const { environment, topology, ok, seconds, runsOn, summary, tree, messages, policies, promises, settings } = report;
  const document = {
    formatVersion: FORMAT_VERSION,
    environment,
    topology,
    ok,
    seconds: Math.round(seconds * 1000) / 1000,
    ...(runsOn.kind === "engine" ? { engine: runsOn.engine } : { orchestrator: runsOn.orchestrator }),
    summary,
    tree,
    messages,
    policies: {
      ...policies,
      findings: policies.findings.map((finding) => ({
        ...finding,
        resource: finding.resource ?? null,
        mend: finding.mend ?? null,
      })),
    },
    promises,
    settings: settings.map(({ path, value, origin }) => ({ path, value: value ?? null, origin })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
