import { LocalPodman, planLocalPodman } from "../components/topology/index.ts";
import { type Environment, readSecret } from "./config.ts";
import { findLocalEngine } from "./local-engine.ts";
import { transforms } from "./transforms.ts";

/** Plans a desktop's environment for the engine of this machine; `undefined` where the environment isn't a desktop's. */
export function planDesktop({ name, settings }: Environment) {
  const { topology } = settings;
  if (topology.kind !== "local-podman") return undefined;
  const engine = findLocalEngine(topology.engine);
  return { engine, plan: planLocalPodman(name, { ...settings, topology }, engine.target) };
}

/** A desktop's environment as resources. */
export function deployDesktop(environment: Environment) {
  const desktop = planDesktop(environment);
  if (!desktop) return {};
  const { plan } = desktop;
  const component = new LocalPodman(`flame-${plan.environment}`, plan, { readSecret, transforms });
  return { url: component.url, containerNames: component.containerNames };
}
