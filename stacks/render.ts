import { type Manifest, renderLocalPodman, renderRemoteServer } from "../components/topology/index.ts";
import type { Environment } from "./config.ts";
import { planEnvironmentSettings } from "./plan.ts";

/** Renders an environment as its engine's own manifests, from the plan that its resources are made of. */
export function renderEnvironment(environment: Environment): Manifest[] {
  const planned = planEnvironmentSettings(environment);
  switch (planned?.kind) {
    case "local-podman":
      return renderLocalPodman(planned.plan);
    case "remote-server":
      return renderRemoteServer(planned.plan);
    case undefined:
      return [];
  }
}
