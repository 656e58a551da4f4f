import { fileURLToPath } from "node:url";
import {
  gate,
  type PolicyOutcome,
  type PolicyReport,
  type PolicyResult,
  runPack,
} from "../../../../policies/runner/index.ts";
import type { StackGraph } from "../../../../stacks/preview/index.ts";

/** What the policies say about an environment: the only place of the command that knows how packs are run. */
export interface PolicyVerdict {
  /** Whether a deployment may go ahead. */
  readonly ok: boolean;
  readonly pack: string;
  readonly version: string;
  /** Policies in force that found nothing. */
  readonly passed: number;
  /** Heaviest first, then in the order of the graph. */
  readonly findings: readonly PolicyFinding[];
}

/** One thing that a policy found on one resource. */
export interface PolicyFinding {
  readonly policy: string;
  readonly weight: Weight;
  /** Name of the resource; `undefined` means the stack, or the pack itself. */
  readonly resource: string | undefined;
  readonly found: string;
  /** What to do, as an order; `undefined` where there is nothing to do. */
  readonly mend: string | undefined;
}

/** `failed` and `could-not-run` stop a deployment; the others are told and don't. */
export type Weight = (typeof WEIGHTS)[number];

const WEIGHTS = ["failed", "could-not-run", "advice", "remediated", "accepted-unknown"] as const;

/** Environment that real users are served by: every rule is mandatory there. */
const PRODUCTION = "prod";

/** Runs the environment's pack. It starts at once, beside the preview that the graph comes from. */
export async function checkPolicies(
  environment: string,
  graph: Promise<StackGraph>,
  signal: AbortSignal,
): Promise<PolicyVerdict> {
  const pack = environment === PRODUCTION ? "production" : "baseline";
  const packFolder = fileURLToPath(new URL(`../../../../policies/${pack}`, import.meta.url));
  return verdictOf(await runPack({ packFolder, graph, signal }));
}

/** A pack's report in the words of the command. */
export function verdictOf(report: PolicyReport): PolicyVerdict {
  return {
    ok: gate([report]).ok,
    pack: report.pack,
    version: report.version,
    passed: report.passed,
    findings: report.results
      .map(findingOf)
      .sort((one, other) => WEIGHTS.indexOf(one.weight) - WEIGHTS.indexOf(other.weight)),
  };
}

function findingOf({ policy, level, outcome, urn, message }: PolicyResult): PolicyFinding {
  const resource = urn?.split("::").at(-1);
  // "<resource> (<type>): <found>; allowed: <allowed>; to mend: <mend>", after "could not run: " and the like.
  const [told = message, mend] = message.split("; to mend: ");
  const named = resource === undefined ? -1 : told.indexOf(`${resource} (`);
  const found = named < 0 ? told : told.slice(told.indexOf("): ", named) + "): ".length);
  return { policy, weight: weightOf(outcome, level), resource, found, mend };
}

function weightOf(outcome: PolicyOutcome, level: PolicyResult["level"]): Weight {
  if (outcome !== "violation") return outcome;
  return level === "mandatory" ? "failed" : "advice";
}
