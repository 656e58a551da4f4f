export {
  checkGovernance,
  kubernetesBounds,
  kubernetesQuota,
  planClasses,
  type QuotaSums,
  quotaSums,
  type ServiceClass,
  type WorkloadClaim,
} from "./governance.plan.ts";
export { GovernanceSettings, type Quota } from "./governance.settings.ts";
export {
  exclusion,
  type HostLoad,
  type Placement,
  type PlacementHost,
  type PlacementItem,
  placeWorkloads,
} from "./placement.plan.ts";
export { checkResources, planLimits, planResources, type ResourceClaim, type ResourcePlan } from "./resources.plan.ts";
export { ResourceSettings } from "./resources.settings.ts";
