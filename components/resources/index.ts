export { checkResources, planLimits, planResources, type ResourceClaim, type ResourcePlan } from "./resources.plan.ts";
export { ResourceSettings } from "./resources.settings.ts";
