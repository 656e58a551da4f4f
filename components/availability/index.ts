export { checkTurns, planTurns, type TurnPlan } from "./turns.plan.ts";
export { TurnSettings } from "./turns.settings.ts";
