import { loadProgram } from "../program.ts";
import { readProject } from "../project.ts";
import { Refused } from "../refused.ts";
import { checkPolicies } from "./policy-gate.ts";
import { type PlanReport, reportOf } from "./report.ts";
import { readStoredState } from "./stored-state.ts";

/**
 * Reads, plans, previews and checks an environment of the working folder's project; nothing is changed anywhere.
 * A state, the named file's or else the environment's own where it has one, tells what would change of what there is.
 * Throws a `ConfigurationError` where the environment is refused.
 */
export async function planEnvironment(environment: string, stateFile?: string): Promise<PlanReport> {
  const ended = new AbortController();
  const reading = readAndPreview(environment);
  // The pack's process starts while the program is read and previewed: it takes as long as they do.
  const policies = checkPolicies(
    environment,
    reading.then(({ graph }) => graph),
    ended.signal,
  );
  policies.catch(() => undefined);
  try {
    const [read, state] = await Promise.all([reading, readStoredState(environment, stateFile)]);
    return reportOf({ ...read, state, policies: await policies, seconds: performance.now() / 1000 });
  } finally {
    ended.abort();
  }
}

async function readAndPreview(environment: string) {
  const [
    { readEnvironmentFile, programConfiguration },
    { parseEnvironment },
    { planEnvironmentSettings },
    { findDesktopImages },
    { explainSettings },
  ] = await Promise.all([
    import("../../../../stacks/environment-file.ts"),
    import("../../../../stacks/config.ts"),
    import("../../../../stacks/plan.ts"),
    import("../../../../stacks/local-podman.ts"),
    import("../../../../stacks/explain.ts"),
  ]);
  const [file, project] = await Promise.all([readEnvironmentFile(environment), readProject()]);
  const parsed = parseEnvironment(environment, file.document);
  const planned = planEnvironmentSettings(parsed, await findDesktopImages(parsed));
  if (planned === undefined) throw notPlanned(parsed.settings.topology.kind);

  const [{ previewStack }, program] = await Promise.all([
    import("../../../../stacks/preview/index.ts"),
    loadProgram(project.main),
  ]);
  const graph = await previewStack({
    project: project.name,
    stack: environment,
    program,
    ...programConfiguration(file.document),
  });
  return { settings: parsed.settings, explanations: explainSettings(file), planned, graph };
}

function notPlanned(kind: string): Refused {
  return new Refused({
    place: "topology.kind",
    given: kind,
    allowed: "local-podman, remote-server",
    mend: "set topology.kind to one of them, or use a release that plans this topology",
  });
}
