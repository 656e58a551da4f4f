export {
  checkOrchestratedTurns,
  type OrchestratedTurns,
  planOrchestratedTurns,
  type TurnKeeper,
} from "./orchestrated-turns.plan.ts";
export { checkTurns, planTurns, type TurnChain, type TurnLink, type TurnPlan } from "./turns.plan.ts";
export { TurnSettings } from "./turns.settings.ts";
