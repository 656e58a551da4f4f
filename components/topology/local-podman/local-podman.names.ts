import { platformName } from "../../core/index.ts";
import type { PostgresqlSettings } from "../../orchestration/index.ts";
import type { LocalPodmanTopology, VolumeStorage } from "./local-podman.settings.ts";

// Names carry the environment, so that two of them on one machine share nothing.

/** Name of the containers' network. */
export function networkName(environment: string, { network }: LocalPodmanTopology): string {
  return network.name ?? platformName("container", "flame", environment);
}

/** Name of the volume with the agent's data. */
export function dataVolumeName(environment: string, storage: VolumeStorage): string {
  return storage.name ?? containerName(environment, "data");
}

/** Name of the volume with PostgreSQL's data. */
export function databaseVolumeName(environment: string, database: PostgresqlSettings): string {
  return database.volumeName ?? containerName(environment, "postgresql");
}

/** A container's name, which is also its host name on the network. */
export function containerName(environment: string, key: string): string {
  return platformName("container", "flame", environment, key);
}
