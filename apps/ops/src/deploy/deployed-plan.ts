import type { ContainerPlan } from "../../../../components/orchestration/index.ts";
import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { parseEnvironment } from "../../../../stacks/config.ts";
import { readEnvironmentFile } from "../../../../stacks/environment-file.ts";
import { type EnvironmentPlan, planEnvironmentSettings } from "../../../../stacks/plan.ts";
import { secretVariable } from "./embedded/process-secrets.ts";
import { RunFailure } from "./failure.ts";

/** The plan of an environment of any topology as its file is now, without preview and policies. */
export async function planOf(environment: string): Promise<EnvironmentPlan> {
  const { document } = await readEnvironmentFile(environment);
  const parsed = parseEnvironment(environment, document);
  const planned = planEnvironmentSettings(parsed);
  if (planned !== undefined) return planned;
  throw new RunFailure({
    place: "topology.kind",
    found: parsed.settings.topology.kind,
    allowed: "local-podman, remote-server",
    mend: "name an environment of one of them",
  });
}

/** The same of a desktop's. */
export async function planDeployed(environment: string): Promise<LocalPodmanPlan> {
  const planned = await planOf(environment);
  if (planned.kind === "local-podman") return planned.plan;
  throw new RunFailure({
    place: "topology.kind",
    found: planned.kind,
    allowed: "local-podman",
    mend: "name an environment of a desktop; a server's containers are looked into on their hosts",
  });
}

/** The token that the agent's own routes ask for, where this process's environment gives it. */
export function accessToken({ secrets }: ContainerPlan): string | undefined {
  const source = secrets.FLAME_ACCESS_TOKEN;
  return source?.kind === "configuration" ? process.env[secretVariable(source.name)] : undefined;
}
