export { checkTurns, planTurns, type TurnLink, type TurnPlan } from "./turns.plan.ts";
export { TurnSettings } from "./turns.settings.ts";
