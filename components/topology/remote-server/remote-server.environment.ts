import type { TurnSettings } from "../../availability/index.ts";
import type { MonitoringSettings } from "../../observability/index.ts";
import type { AdditionalContainers, AgentSettings } from "../../orchestration/index.ts";
import type { RegionSettings } from "../../regions/index.ts";
import type { ResourceSettings } from "../../resources/index.ts";
import type { ScalingSettings } from "../../scaling/index.ts";
import type { DesktopSettings } from "../local-podman/index.ts";
import type { RemoteServerTopology } from "./remote-server.settings.ts";

/** Everything that a server's environment is described by. */
export interface RemoteServerSettings {
  readonly topology: RemoteServerTopology;
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

/** What the machine that deploys knows of the hosts. */
export interface FoundOrchestrators {
  /** Context of the kubeconfig whose API server is one of the hosts; `undefined`: there is none. */
  readonly kubernetesContext: string | undefined;
  /** Whether this machine is part of a Swarm. */
  readonly swarmMember: boolean;
}
