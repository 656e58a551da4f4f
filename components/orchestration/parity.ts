import { type Declaration, leaves, type OrchestratorKind, type Treatment } from "./adapter.ts";
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

/** One leaf of a workload with every adapter's word on it, for a reader. */
export interface ParityRow {
  /** Path in a workload: `update.order`. */
  readonly leaf: string;
  readonly says: string;
  readonly words: Readonly<Record<OrchestratorKind, { readonly honoured: boolean; readonly text: string }>>;
}

/** The adapters' declarations as rows of a table. */
export function parityRows(): ParityRow[] {
  return leaves().map((leaf) => ({
    leaf,
    says: WORKLOAD_LEAVES[leaf].says,
    words: {
      standalone: word(declarations.standalone[leaf]),
      swarm: word(declarations.swarm[leaf]),
      kubernetes: word(declarations.kubernetes[leaf]),
    },
  }));
}

function word(treatment: Treatment): { honoured: boolean; text: string } {
  if (treatment.kind === "refused") {
    const { because, instead, yet } = treatment;
    return { honoured: false, text: `${yet ? "not yet: " : ""}${because}; ${instead}` };
  }
  const only = treatment.only ? `. Only ${treatment.only.allowed}` : "";
  return { honoured: true, text: `${treatment.as}${only}` };
}
