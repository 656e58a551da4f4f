import type { EnvironmentSettings } from "../shared.environment.ts";
import type { LocalPodmanTopology } from "./local-podman.settings.ts";

/** Everything that a desktop's environment is described by. */
export type LocalPodmanSettings = EnvironmentSettings<LocalPodmanTopology>;

/** The engine that the environment goes to: declared, or found on the machine. */
export interface EngineTarget {
  readonly kind: "podman" | "docker";
  /** Address of its socket, with the scheme. */
  readonly socket: string;
}

/** The engine, with the version of its interface that is spoken to it. */
export type SpokenEngine = EngineTarget & { readonly apiVersion: string };

/** Digests of the images in an engine's store, by the name that the environment gives them. */
export type ImageIds = ReadonlyMap<string, string>;
