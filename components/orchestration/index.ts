export {
  AGENT_DATA_FOLDER,
  AGENT_HEALTH_PATH,
  AGENT_MEMORY_FLOOR_MIB,
  AGENT_READY_PATH,
  AGENT_TURN_PATH,
  AGENT_USER,
  planAgentEnvironment,
  planDatabaseContainer,
} from "./agent.plan.ts";
export { AgentSettings, type PostgresqlSettings } from "./agent.settings.ts";
export {
  type ContainerPlan,
  type LimitPlan,
  type MountPlan,
  type NetworkPlan,
  type SecretSource,
  startOrder,
  type VolumePlan,
} from "./container.plan.ts";
export {
  AbsolutePath,
  type AdditionalContainer,
  AdditionalContainers,
  type ContainerResources,
  type PublishedPort,
} from "./container.settings.ts";
export {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  dockerVolumeArgs,
  type ResolveSecret,
} from "./standalone/docker-container.ts";
export { kubePlayPods, kubePlayVolumes } from "./standalone/kube-play.ts";
export {
  quadletContainer,
  quadletNetwork,
  quadletUpdateTimer,
  quadletVolume,
} from "./standalone/quadlet.ts";
