import type { StandalonePlan } from "../../../../../components/orchestration/index.ts";
import type { EngineReference } from "../engines/index.ts";
import type { Orchestrated } from "./orchestrated.ts";

/** Standalone hosts: each by its own engine. */
export function standaloneObjects({ hosts }: StandalonePlan): Orchestrated {
  const at = hosts.map((host) => ({ host, engine: referenceOf(host.engineAddress) }));
  return {
    engines: at.map(({ engine }) => engine),
    ports: at.flatMap(({ host, engine }) =>
      host.containers.flatMap(({ ports }) =>
        ports.map(({ address, hostPort, protocol }) => ({ engine, address, port: hostPort, protocol })),
      ),
    ),
    volumes: at.flatMap(({ host, engine }) => host.volumes.map(({ name }) => ({ engine, name }))),
    images: at.flatMap(({ host, engine }) => host.containers.map(({ image }) => ({ engine, image: image.text }))),
  };
}

function referenceOf(address: string): EngineReference {
  return { kind: "docker", address };
}
