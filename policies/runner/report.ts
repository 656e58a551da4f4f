/** What one pack says about one graph. */
export interface PolicyReport {
  readonly pack: string;
  readonly version: string;
  /** In the order of the graph; what is about the whole stack or the pack itself comes last. */
  readonly results: readonly PolicyResult[];
  /** Policies in force that found nothing. */
  readonly passed: number;
  readonly counts: PolicyCounts;
}

export interface PolicyResult {
  readonly policy: string;
  readonly level: "mandatory" | "advisory";
  /** `undefined` means the stack, or the pack itself. */
  readonly urn: string | undefined;
  readonly message: string;
  readonly outcome: PolicyOutcome;
}

/**
 * `violation`: it doesn't hold. `could-not-run`: nobody can tell, which fails the gate. `accepted-unknown`: nobody can
 * tell yet, and the policy says why that is fine. `remediated`: the pack changed the resource's properties.
 */
export type PolicyOutcome = "violation" | "could-not-run" | "accepted-unknown" | "remediated";

export interface PolicyCounts {
  /** Violations that stop a deployment. */
  readonly mandatory: number;
  /** Violations that don't. */
  readonly advisory: number;
  readonly couldNotRun: number;
  readonly acceptedUnknown: number;
  readonly remediated: number;
}

/** Whether a deployment may go ahead, and if not, why. */
export interface Gate {
  readonly ok: boolean;
  readonly mandatoryFailures: readonly GateFailure[];
  readonly couldNotRun: readonly GateFailure[];
}

export type GateFailure = PolicyResult & { readonly pack: string };

/** Puts a report together from what the pack said. */
export function reportOf(
  pack: { readonly name: string; readonly version: string; readonly policies: readonly string[] },
  results: readonly PolicyResult[],
): PolicyReport {
  const found = new Set(results.filter(({ outcome }) => outcome !== "accepted-unknown").map(({ policy }) => policy));
  const count = (outcome: PolicyOutcome, level?: PolicyResult["level"]) =>
    results.filter((result) => result.outcome === outcome && (level === undefined || result.level === level)).length;
  return {
    pack: pack.name,
    version: pack.version,
    results,
    passed: pack.policies.filter((policy) => !found.has(policy)).length,
    counts: {
      mandatory: count("violation", "mandatory"),
      advisory: count("violation", "advisory"),
      couldNotRun: count("could-not-run"),
      acceptedUnknown: count("accepted-unknown"),
      remediated: count("remediated"),
    },
  };
}

/** A deployment may go ahead when packs have looked, nothing mandatory is broken and every policy could run. */
export function gate(reports: readonly PolicyReport[]): Gate {
  const failures = reports.flatMap(({ pack, results }) => results.map((result) => ({ ...result, pack })));
  const mandatoryFailures = failures.filter(({ outcome, level }) => outcome === "violation" && level === "mandatory");
  const couldNotRun = failures.filter(({ outcome }) => outcome === "could-not-run");
  return {
    ok: reports.length > 0 && mandatoryFailures.length === 0 && couldNotRun.length === 0,
    mandatoryFailures,
    couldNotRun,
  };
}
