import { platformName } from "../../core/index.ts";
import { objectName, type PostgresqlSettings } from "../../orchestration/index.ts";
import type { LocalPodmanTopology, VolumeStorage } from "./local-podman.settings.ts";

// Names carry the environment, so that two of them on one machine share nothing.

/** Name of the containers' network. */
export function networkName(environment: string, { network }: LocalPodmanTopology): string {
  return network.name ?? platformName("container", "flame", environment);
}

/** Name of the volume with the agent's data. */
export function dataVolumeName(environment: string, storage: VolumeStorage): string {
  return storage.name ?? objectName(environment, "data");
}

/** Name of the volume with PostgreSQL's data. */
export function databaseVolumeName(environment: string, database: PostgresqlSettings): string {
  return database.volumeName ?? objectName(environment, "postgresql");
}
