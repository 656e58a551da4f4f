import { type Problem, printValue } from "../core/index.ts";
import { type LeafSubject, WORKLOAD_LEAVES, type WorkloadLeaf } from "./workload.leaves.ts";
import type { WorkloadPlan, WorkloadVolumePlan } from "./workload.plan.ts";

export const ORCHESTRATORS = ["standalone", "swarm", "kubernetes"] as const;
export type OrchestratorKind = (typeof ORCHESTRATORS)[number];

/** What an adapter does with a leaf of a workload. */
export type Treatment =
  /** It becomes what `as` names; where `only` is given, no more than that, and the rest is refused. */
  | { readonly kind: "honoured"; readonly as: string; readonly only?: Partial }
  /** It can't be kept on this orchestrator; `yet`: it could be, and isn't built. */
  | { readonly kind: "refused"; readonly because: string; readonly instead: string; readonly yet: boolean };

/** The part of a leaf's values that an orchestrator can keep. */
interface Partial {
  readonly allowed: string;
  readonly accepts: (subject: LeafSubject) => boolean;
  readonly instead: string;
}

/** An adapter's word on every leaf: the parity table and the refusals are made of it. */
export type Declaration = Readonly<Record<WorkloadLeaf, Treatment>>;

export function honoured(as: string, only?: Partial): Treatment {
  return { kind: "honoured", as, only };
}

export function refused(because: string, instead: string): Treatment {
  return { kind: "refused", because, instead, yet: false };
}

/** What the orchestrator's engine can do, and nobody here makes it do. */
export function later(because: string, instead: string): Treatment {
  return { kind: "refused", because, instead, yet: true };
}

/** Every leaf that is asked for and that the orchestrator can't keep, at the setting it comes from. */
export function checkParity(
  orchestrator: OrchestratorKind,
  declaration: Declaration,
  workloads: readonly WorkloadPlan[],
  volumes: readonly WorkloadVolumePlan[],
): Problem[] {
  const problems = workloads.flatMap((workload) => {
    const subject = { workload, volumes: volumes.filter((volume) => mounts(workload, volume)) };
    return leaves().flatMap((leaf) => refusal(orchestrator, leaf, declaration[leaf], subject) ?? []);
  });
  // A setting of all workloads is refused once, not for each of them.
  return [...new Map(problems.map((problem) => [problem.path, problem])).values()];
}

export function leaves(): WorkloadLeaf[] {
  return Object.keys(WORKLOAD_LEAVES).filter(isLeaf);
}

function refusal(
  orchestrator: OrchestratorKind,
  leaf: WorkloadLeaf,
  treatment: Treatment,
  subject: LeafSubject,
): Problem | undefined {
  const { setting, says, asked } = WORKLOAD_LEAVES[leaf];
  const value = asked(subject);
  if (value === undefined) return undefined;
  const { key } = subject.workload;
  const path = setting.replace("{workload}", pathOf(key, setting));
  switch (treatment.kind) {
    case "honoured":
      if (!treatment.only || treatment.only.accepts(subject)) return undefined;
      return {
        path,
        given: printValue(value),
        allowed: `on ${orchestrator}: ${treatment.only.allowed}`,
        mend: treatment.only.instead,
      };
    case "refused":
      return {
        path,
        given: printValue(value),
        allowed: `nothing on ${orchestrator}${treatment.yet ? " yet" : ""} (${says}): ${treatment.because}`,
        mend: treatment.instead,
      };
  }
}

/** The database's container is logged and restarted as the agent's is. */
function pathOf(key: string, setting: string): string {
  if (key === "database") return setting.startsWith("{workload}.resources") ? "agent.database" : "agent";
  return key === "agent" ? "agent" : `containers.${key}`;
}

function mounts(workload: WorkloadPlan, { name }: WorkloadVolumePlan): boolean {
  return workload.mounts.some((mount) => mount.kind === "volume" && mount.volume === name);
}

function isLeaf(name: string): name is WorkloadLeaf {
  return name in WORKLOAD_LEAVES;
}
