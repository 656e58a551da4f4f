export type { PackConfiguration, PackLevel } from "./configuration.ts";
export {
  type Gate,
  type GateFailure,
  gate,
  type PolicyCounts,
  type PolicyOutcome,
  type PolicyReport,
  type PolicyResult,
} from "./report.ts";
export { type PackRun, runPack } from "./run-pack.ts";
