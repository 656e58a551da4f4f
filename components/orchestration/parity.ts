import { type Declaration, leaves, ORCHESTRATORS, type OrchestratorKind, type Treatment } from "./adapter.ts";
import { KUBERNETES } from "./kubernetes/kubernetes.declaration.ts";
import { STANDALONE } from "./standalone/standalone.declaration.ts";
import { SWARM } from "./swarm/swarm.declaration.ts";
import { WORKLOAD_LEAVES } from "./workload.leaves.ts";

/** Every adapter's word on every leaf of a workload. */
export const declarations: Readonly<Record<OrchestratorKind, Declaration>> = {
  standalone: STANDALONE,
  swarm: SWARM,
  kubernetes: KUBERNETES,
};

/** The adapters' declarations as a page. */
export function parityTable(): string {
  const head = ["A workload's", "says", ...ORCHESTRATORS];
  const rows = leaves().map((leaf) => [
    `\`${leaf}\``,
    WORKLOAD_LEAVES[leaf].says,
    ...ORCHESTRATORS.map((orchestrator) => cell(declarations[orchestrator][leaf])),
  ]);
  const honoured = (orchestrator: OrchestratorKind) =>
    leaves().filter((leaf) => declarations[orchestrator][leaf].kind === "honoured").length;
  const line = (cells: readonly string[]) => `| ${cells.map((one) => one.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    "# What each orchestrator does with a workload",
    "",
    "Written by `npm run docs` from the adapters' own declarations (`components/orchestration/*/*.declaration.ts`); a test fails where an adapter drops what it declares. What a row refuses is refused by the plan, at the setting's place, with what to use instead.",
    "",
    `Of ${leaves().length} leaves: ${ORCHESTRATORS.map((one) => `${one} honours ${honoured(one)}`).join(", ")}.`,
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(line),
    "",
  ].join("\n");
}

function cell(treatment: Treatment): string {
  if (treatment.kind === "refused") return `✗ ${treatment.because}; ${treatment.instead}`;
  return treatment.only ? `✓ ${treatment.as}. Only ${treatment.only.allowed}` : `✓ ${treatment.as}`;
}
