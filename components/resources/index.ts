export { type BudgetPlan, checkBudget, planBudget } from "./budget.plan.ts";
export { checkGovernance, kubernetesBounds, planClasses, type ServiceClass } from "./governance.plan.ts";
export { GovernanceSettings } from "./governance.settings.ts";
export {
  exclusion,
  type Placement,
  type PlacementHost,
  type PlacementItem,
  placeWorkloads,
} from "./placement.plan.ts";
export { kubernetesQuota, type QuotaSums, quotaSums, type WorkloadClaim } from "./quota.plan.ts";
export { checkResources, planLimits, planResources, type ResourceClaim, type ResourcePlan } from "./resources.plan.ts";
export { ResourceSettings } from "./resources.settings.ts";
export { planTenants, type TenantPlan, tenantOf } from "./tenants.plan.ts";
export { type AlertRule, checkWastage, planWastageAlerts, type WastageSubject } from "./wastage.plan.ts";
