import { ConfigurationError, type Problem } from "../components/core/index.ts";
import { type ImageIds, LocalPodman, planLocalPodman } from "../components/topology/index.ts";
import { type Environment, readSecret } from "./config.ts";
import { findImages } from "./found-images.ts";
import { findLocalEngine } from "./local-engine.ts";
import { ownedDocker, runningOwner } from "./ownership.ts";
import { transforms } from "./transforms.ts";

/** Podman's auto-update restarts units: what its API made belongs to none. */
const UPDATED_AS_UNITS: Problem = {
  path: "agent.updates.kind",
  given: '"automatic"',
  allowed:
    "manual for what Pulumi brings up: Podman looks for new images of units that systemd starts, and of nothing else",
  mend: "remove agent.updates, or let systemd start the units that blueprint render writes",
};

/**
 * Plans a desktop's environment for the engine of this machine; `undefined` where the environment isn't a desktop's.
 * `imageIds` are the digests of images in that engine's store (`findDesktopImages`).
 */
export function planDesktop({ name, settings }: Environment, imageIds?: ImageIds) {
  const { topology } = settings;
  if (topology.kind !== "local-podman") return undefined;
  const engine = findLocalEngine(topology.engine);
  return { engine, plan: planLocalPodman(name, { ...settings, topology }, engine.target, imageIds) };
}

/** Asks a desktop's engine which of the environment's images it has, where its socket is there. */
export async function findDesktopImages(environment: Environment): Promise<ImageIds> {
  const desktop = planDesktop(environment);
  if (!desktop?.engine.present) return new Map();
  return findImages(
    desktop.engine.target,
    desktop.plan.containers.map(({ image }) => image),
  );
}

/** A desktop's environment as resources. Throws a `ConfigurationError` where what it asks for needs units of systemd. */
export async function deployDesktop(environment: Environment) {
  const desktop = planDesktop(environment, await findDesktopImages(environment));
  if (!desktop) return {};
  const { plan } = desktop;
  if (plan.updateSchedule) throw new ConfigurationError(plan.environment, [UPDATED_AS_UNITS]);
  const component = new LocalPodman(`flame-${plan.environment}`, plan, {
    readSecret,
    transforms: ownedDocker(transforms, runningOwner()),
  });
  return { url: component.url, containerNames: component.containerNames };
}
