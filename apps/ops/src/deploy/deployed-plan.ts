import type { ContainerPlan } from "../../../../components/orchestration/index.ts";
import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { parseEnvironment } from "../../../../stacks/config.ts";
import { readEnvironmentFile } from "../../../../stacks/environment-file.ts";
import { planDesktop } from "../../../../stacks/local-podman.ts";
import { secretVariable } from "./embedded/process-secrets.ts";
import { RunFailure } from "./failure.ts";

/** The plan of an environment as its file is now, without preview and policies. */
export async function planDeployed(environment: string): Promise<LocalPodmanPlan> {
  const { document } = await readEnvironmentFile(environment);
  const parsed = parseEnvironment(environment, document);
  const desktop = planDesktop(parsed);
  if (desktop !== undefined) return desktop.plan;
  throw new RunFailure({
    place: "topology.kind",
    found: parsed.settings.topology.kind,
    allowed: "local-podman",
    mend: "name an environment of a desktop",
  });
}

/** The token that the agent's own routes ask for, where this process's environment gives it. */
export function accessToken({ secrets }: ContainerPlan): string | undefined {
  const source = secrets.FLAME_ACCESS_TOKEN;
  return source?.kind === "configuration" ? process.env[secretVariable(source.name)] : undefined;
}
