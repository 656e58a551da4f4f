import type { Change } from "../../../../stacks/changes/index.ts";
import { ordered } from "./changes.ts";
import type { PlanReport } from "./report.ts";

/** Raised when a reader of the older shape would misread a newer one; new fields don't raise it. */
const FORMAT_VERSION = 1;

/** A plan for programs. The shape is described in apps/ops/README.md. */
export function renderJson(report: PlanReport): string {
  const { environment, topology, ok, seconds, runsOn, summary, tree, messages, policies, promises, settings } = report;
  const { against } = report;
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
    against: against === undefined ? null : { state: against.path, changes: ordered(against.changes).map(changeRow) },
    settings: settings.map(({ path, value, origin }) => ({ path, value: value ?? null, origin })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function changeRow({ type, name, object, effect, gap, data, inputs, because }: Change) {
  return { type, name, object, effect, gap, data: data ?? null, inputs, because: because ?? null };
}
