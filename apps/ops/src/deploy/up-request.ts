import type { PlanReport } from "../plan/report.ts";
import type { Place } from "./place.ts";

/** What both ways of bringing an environment up start from. */
export interface UpRequest {
  readonly report: PlanReport;
  readonly place: Place;
  /** Why this way was taken. */
  readonly why: string;
  /** Whether nothing is asked. */
  readonly yes: boolean;
  /** URNs of what holds data that this update may delete: somebody has said so. */
  readonly released: readonly string[];
  /** Path of the plan's report. */
  readonly reportFile: string;
}
