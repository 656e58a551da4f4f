import type { TurnSettings } from "../availability/index.ts";
import type { DesktopSettings } from "../desktop/index.ts";
import type { MonitoringSettings } from "../observability/index.ts";
import type { AdditionalContainers, AgentSettings } from "../orchestration/index.ts";
import type { RegionSettings } from "../regions/index.ts";
import type { ResourceSettings } from "../resources/index.ts";
import type { ScalingSettings } from "../scaling/index.ts";

/** Everything that an environment is described by, in a topology of its own. */
export interface EnvironmentSettings<Topology> {
  readonly topology: Topology;
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
