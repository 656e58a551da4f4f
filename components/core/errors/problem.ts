/** One thing wrong with an environment: where, what was given, what is allowed and how to mend it. */
export interface Problem {
  /** Dotted path of the setting, as in the environment file: `scaling.replicas.max`. */
  readonly path: string;
  /** The value found, ready to print; `undefined` where the setting is missing. Never a secret's value. */
  readonly given: string | undefined;
  /** What would have been accepted. */
  readonly allowed: string;
  /** What the user can do about it, starting with a verb. */
  readonly mend: string;
}

/** Every problem of one environment, raised before any resource is made. */
export class ConfigurationError extends Error {
  readonly environment: string;
  readonly problems: readonly Problem[];

  constructor(environment: string, problems: readonly Problem[]) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    super(
      `${count} in environment "${environment}":\n${problems.map((one) => formatProblem(environment, one)).join("\n")}`,
    );
    this.name = "ConfigurationError";
    this.environment = environment;
    this.problems = problems;
  }
}

/** One problem as lines of text: what stands where, then what is allowed and the way out. */
export function formatProblem(environment: string, problem: Problem): string {
  const given = problem.given === undefined ? "is missing" : `is ${problem.given}`;
  return `  ${environment}: ${problem.path} ${given}\n    allowed: ${problem.allowed}\n    fix: ${problem.mend}`;
}

const LONGEST_PRINTED_VALUE = 120;

/** User and password inside an address: what stands there is a secret. */
const CREDENTIALS = /\/\/[^/\s"@]*@/g;
/** What follows an address's question mark is often a key. */
const QUERY = /(\/\/[^\s"?#]*)[?#][^\s"]*/g;

/** A value as it is printed in a problem: JSON, cut where it is long, addresses without what may be secret. */
export function printValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = (JSON.stringify(value) ?? String(value)).replace(CREDENTIALS, "//…@").replace(QUERY, "$1…");
  return text.length > LONGEST_PRINTED_VALUE ? `${text.slice(0, LONGEST_PRINTED_VALUE)}…` : text;
}
