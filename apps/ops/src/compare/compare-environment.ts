import { ConfigurationError, type Problem } from "../../../../components/core/index.ts";
import type { OrchestratorKind } from "../../../../components/orchestration/index.ts";
import type { RemoteServerPlan } from "../../../../components/topology/index.ts";
import { type EnvironmentDocument, parseEnvironment } from "../../../../stacks/config.ts";
import { programConfiguration, readEnvironmentFile } from "../../../../stacks/environment-file.ts";
import { planEnvironmentSettings } from "../../../../stacks/plan.ts";
import { previewStack, summarise } from "../../../../stacks/preview/index.ts";
import { loadProgram } from "../program.ts";
import { type Project, readProject } from "../project.ts";
import { Refused } from "../refused.ts";

/** What one orchestrator makes of an environment. */
export type Candidate =
  | {
      readonly kind: "planned";
      readonly orchestrator: OrchestratorKind;
      /** Whether the environment's own settings of it were used; else its defaults. */
      readonly own: boolean;
      /** Resources that it would create, by type. */
      readonly resources: Readonly<Record<string, number>>;
      readonly plan: RemoteServerPlan;
    }
  | {
      readonly kind: "refused";
      readonly orchestrator: OrchestratorKind;
      readonly own: boolean;
      /** Every setting that it can't keep. */
      readonly problems: readonly Problem[];
    };

/**
 * Plans an environment of own hosts for several orchestrators; nothing is changed anywhere.
 * Throws `Refused` where the environment isn't one of own hosts.
 */
export async function compareEnvironment(
  environment: string,
  orchestrators: readonly OrchestratorKind[],
): Promise<Candidate[]> {
  const [{ document }, project] = await Promise.all([readEnvironmentFile(environment), readProject()]);
  const topology = topologyOf(environment, document);
  const candidates: Candidate[] = [];
  // The SDK's preview keeps its state in the process: one after the other.
  for (const orchestrator of orchestrators) {
    const own = isRecord(topology.orchestrator) && topology.orchestrator.kind === orchestrator;
    const changed = own ? topology : { ...topology, orchestrator: { kind: orchestrator } };
    const values = { ...document.values, topology: changed };
    candidates.push(await candidate(environment, project, { ...document, values }, { orchestrator, own }));
  }
  return candidates;
}

async function candidate(
  environment: string,
  project: Project,
  document: EnvironmentDocument,
  about: { readonly orchestrator: OrchestratorKind; readonly own: boolean },
): Promise<Candidate> {
  try {
    const planned = planEnvironmentSettings(parseEnvironment(environment, document));
    if (planned?.kind !== "remote-server") throw notAServer(environment, planned?.kind);
    const graph = await previewStack({
      project: project.name,
      stack: environment,
      program: await loadProgram(project.main),
      ...programConfiguration(document),
    });
    return { kind: "planned", ...about, resources: summarise(graph).byType, plan: planned.plan };
  } catch (error) {
    if (error instanceof ConfigurationError) return { kind: "refused", ...about, problems: error.problems };
    throw error;
  }
}

function topologyOf(environment: string, { values }: EnvironmentDocument): Readonly<Record<string, unknown>> {
  const { topology } = values;
  if (isRecord(topology) && topology.kind === "remote-server") return topology;
  throw notAServer(environment, isRecord(topology) ? topology.kind : undefined);
}

function notAServer(environment: string, kind: unknown): Refused {
  return new Refused({
    place: `${environment}: topology.kind`,
    given: `is ${kind === undefined ? "missing" : String(kind)}`,
    allowed: "remote-server: only own hosts have a choice of orchestrator",
    mend: "name an environment of own hosts, such as staging",
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
