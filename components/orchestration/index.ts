export { checkParity, ORCHESTRATORS, type OrchestratorKind } from "./adapter.ts";
export type { AdapterHost, AdapterInput } from "./adapter-input.ts";
export type { AgentWay } from "./agent.access.plan.ts";
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
export { type ContainerTransforms, DockerComponent, type DockerTransforms, makeInOrder } from "./docker-component.ts";
export { type CanaryReading, type CanaryVerdict, judgeCanary } from "./kubernetes/canary.judge.ts";
export type { CanaryStep } from "./kubernetes/canary.plan.ts";
export {
  type CanaryAction,
  type CanaryPlan,
  type CanarySource,
  canaryReplicasFor,
  type FoundCanary,
  type FoundDeployment,
  planCanaryReturn,
  planCanaryRollout,
  titleOfCanary,
} from "./kubernetes/canary.rollout.plan.ts";
export { type MetricSample, readSelector } from "./kubernetes/canary.selector.ts";
export { checkKubernetes, triedReplicas } from "./kubernetes/canary.ts";
export { SPECIFICATION_ANNOTATION } from "./kubernetes/controller.ts";
export { Endpoint } from "./kubernetes/exposure.settings.ts";
export { adaptKubernetes } from "./kubernetes/kubernetes.adapter.ts";
export type { KubernetesPlan } from "./kubernetes/kubernetes.plan.ts";
export { kubernetesManifest, kubernetesStable } from "./kubernetes/kubernetes.render.ts";
export { KubernetesSettings } from "./kubernetes/kubernetes.settings.ts";
export { KubernetesObjects, type KubernetesTransforms } from "./kubernetes/kubernetes-objects.ts";
export { minReadySecondsOf } from "./kubernetes/ready-seconds.ts";
export { SCHEDULE_RESOURCES } from "./kubernetes/schedule.ts";
export { TRACK_LABEL, VERSION_LABEL } from "./kubernetes/tracks.ts";
export { additionalMounts, folderMounts, withScratch } from "./mounts.plan.ts";
export { kubernetesNamespace, objectName } from "./names.ts";
export { declarations, parityRows } from "./parity.ts";
export { PROXY } from "./proxy.plan.ts";
export { resourceKind } from "./resource-kinds.ts";
export { keptPasswordOptions, secretResolver } from "./secrets.ts";
export { composeFile } from "./standalone/compose.ts";
export {
  dockerContainerArgs,
  dockerContainerOptions,
  dockerNetworkArgs,
  dockerNetworkOptions,
  type ResolveSecret,
  tmpfsOf,
} from "./standalone/docker-container.ts";
export { kubePlayPods, kubePlayVolumes } from "./standalone/kube-play.ts";
export {
  quadletContainer,
  quadletNetwork,
  quadletUpdateTimer,
  quadletVolume,
} from "./standalone/quadlet.ts";
export {
  type FoundHost,
  planReturn,
  planRollout,
  type RolloutAction,
  type RolloutStep,
  trialName,
} from "./standalone/rollout.plan.ts";
export { adaptStandalone, REVISION_LABEL } from "./standalone/standalone.adapter.ts";
export type { StandaloneContainer, StandaloneHostPlan, StandalonePlan } from "./standalone/standalone.plan.ts";
export { StandaloneSettings } from "./standalone/standalone.settings.ts";
export { StandaloneHost } from "./standalone/standalone-host.ts";
export { adaptSwarm } from "./swarm/swarm.adapter.ts";
export { checkSwarm } from "./swarm/swarm.checks.ts";
export { type SwarmPlan, swarmSettleSeconds } from "./swarm/swarm.plan.ts";
export { swarmBootstrap, swarmStack } from "./swarm/swarm.render.ts";
export { SwarmSettings } from "./swarm/swarm.settings.ts";
export { SwarmServices, type SwarmTransforms } from "./swarm/swarm-services.ts";
export {
  keepsData,
  replicasAtMost,
  startupSecondsOf,
  type WorkloadPlan,
  type WorkloadPort,
  type WorkloadVolumePlan,
} from "./workload.plan.ts";
export { LabelName, LabelValue, WorkloadSettings } from "./workload.settings.ts";
