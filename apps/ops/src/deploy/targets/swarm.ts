import { type SwarmPlan, swarmSettleSeconds } from "../../../../../components/orchestration/index.ts";
import type { EngineReference } from "../engines/index.ts";
import type { Orchestrated } from "./orchestrated.ts";

/** A Swarm: services by its first manager, volumes by the hosts that they are on. */
export function swarmObjects(plan: SwarmPlan): Orchestrated {
  const { engineAddress, volumes, services } = plan;
  const addresses = [...new Set([engineAddress, ...volumes.map((volume) => volume.engineAddress)])];
  const manager: EngineReference = { kind: "docker", address: engineAddress };
  return {
    engines: addresses.map((address) => ({ kind: "docker", address })),
    ports: services.flatMap(({ ports }) =>
      ports.map(({ published, protocol }) => ({ engine: manager, address: "0.0.0.0", port: published, protocol })),
    ),
    volumes: volumes.map(({ name, engineAddress: address }) => ({ engine: { kind: "docker", address }, name })),
    // Where a task runs is the Swarm's to decide: what has no registry must be on each of its hosts.
    images: services.map(({ image }) => ({ engine: manager, image })),
    settleSeconds: swarmSettleSeconds(plan),
  };
}
