import type { TurnSettings } from "../../availability/index.ts";
import type { MonitoringSettings } from "../../observability/index.ts";
import type { AdditionalContainers, AgentSettings } from "../../orchestration/index.ts";
import type { RegionSettings } from "../../regions/index.ts";
import type { ResourceSettings } from "../../resources/index.ts";
import type { ScalingSettings } from "../../scaling/index.ts";
import type { DesktopSettings } from "./desktop.settings.ts";
import type { LocalPodmanTopology } from "./local-podman.settings.ts";

/** Everything that a desktop's environment is described by. */
export interface LocalPodmanSettings {
  readonly topology: LocalPodmanTopology;
  readonly agent: AgentSettings;
  readonly turns: TurnSettings;
  readonly scaling: ScalingSettings;
  readonly regions: RegionSettings;
  readonly resources: ResourceSettings;
  readonly desktop: DesktopSettings;
  readonly monitoring: MonitoringSettings;
  readonly containers: AdditionalContainers;
  readonly labels: Readonly<Record<string, string>>;
}

/** The engine that the environment goes to: declared, or found on the machine. */
export interface EngineTarget {
  readonly kind: "podman" | "docker";
  /** Address of its socket, with the scheme. */
  readonly socket: string;
}

/** The engine, with the version of its interface that is spoken to it. */
export type SpokenEngine = EngineTarget & { readonly apiVersion: string };
