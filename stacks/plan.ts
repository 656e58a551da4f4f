import type { EngineChoice, ImageIds, LocalPodmanPlan, RemoteServerPlan } from "../components/topology/index.ts";
import type { Environment } from "./config.ts";
import { planDesktop } from "./local-podman.ts";
import { planServer } from "./remote-server.ts";

/** What an environment was planned to be, by its topology. */
export type EnvironmentPlan =
  | { readonly kind: "local-podman"; readonly engine: EngineChoice; readonly plan: LocalPodmanPlan }
  | { readonly kind: "remote-server"; readonly plan: RemoteServerPlan };

/**
 * Plans an environment of any topology that is built; `undefined` for another. `imageIds` are of images in the engine's
 * own store.
 * Throws a `ConfigurationError` where its settings don't go together.
 */
export function planEnvironmentSettings(environment: Environment, imageIds?: ImageIds): EnvironmentPlan | undefined {
  const desktop = planDesktop(environment, imageIds);
  if (desktop) return { kind: "local-podman", ...desktop };
  const plan = planServer(environment);
  return plan && { kind: "remote-server", plan };
}
