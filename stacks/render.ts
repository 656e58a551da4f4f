import type { Environment } from "./config.ts";
import { planDesktop } from "./local-podman.ts";
import { renderLocalPodman } from "../components/topology/index.ts";

/** A file that an engine, or the desktop connector, takes by itself. */
export interface Manifest {
  /** Path below the folder that is rendered into. */
  readonly path: string;
  readonly content: string;
}

/** Renders an environment as its engine's own manifests, from the plan that its resources are made of. */
export function renderEnvironment(environment: Environment): Manifest[] {
  const desktop = planDesktop(environment);
  return desktop ? renderLocalPodman(desktop.plan) : [];
}
