import { type Manifest, renderLocalPodman } from "../components/topology/index.ts";
import type { Environment } from "./config.ts";
import { planDesktop } from "./local-podman.ts";

/** Renders an environment as its engine's own manifests, from the plan that its resources are made of. */
export function renderEnvironment(environment: Environment): Manifest[] {
  const desktop = planDesktop(environment);
  return desktop ? renderLocalPodman(desktop.plan) : [];
}
