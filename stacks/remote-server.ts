import { planRemoteServer, RemoteServer } from "../components/topology/index.ts";
import { type Environment, readSecret } from "./config.ts";
import { findOrchestrators } from "./found-orchestrators.ts";
import { ownedServer, runningOwner } from "./ownership.ts";
import { transforms } from "./transforms.ts";

/** Plans a server's environment; `undefined` where the environment isn't a server's. */
export function planServer({ name, settings }: Environment) {
  const { topology } = settings;
  if (topology.kind !== "remote-server") return undefined;
  const automatic = topology.orchestrator.kind === "auto";
  const found = automatic ? findOrchestrators(topology.hosts) : { kubernetesContext: undefined, swarmMember: false };
  return planRemoteServer(name, { ...settings, topology }, found);
}

/** A server's environment as resources. */
export function deployServer(environment: Environment) {
  const plan = planServer(environment);
  if (!plan) return {};
  const component = new RemoteServer(`flame-${plan.environment}`, plan, {
    readSecret,
    transforms: ownedServer(transforms.remoteServer ?? {}, runningOwner()),
  });
  return { url: component.url, orchestrator: plan.choice.kind };
}
