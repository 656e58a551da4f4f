/** What `blueprint doctor` says about one thing. */
export interface Row {
  /** What was looked at: `node`, `container engine`. */
  readonly name: string;
  /** `degraded` is there, but not as the environment wants it. */
  readonly state: "found" | "missing" | "degraded";
  readonly detail: string;
  /** What to do, as an order; `undefined` where nothing is wrong. */
  readonly fix: string | undefined;
  readonly neededFor: Need;
  /** What was looked at one after another, where that were several places. */
  readonly tried: readonly string[];
}

/** What a machine can be ready for; each needs what those before it need. `process` is the agent with its embedded database. */
export const NEEDS = ["process", "containers", "pulumi"] as const;
export type Need = (typeof NEEDS)[number];

/** Whether everything that a need stands on is there; what is degraded counts as there. */
export function ready(rows: readonly Row[], need: Need): boolean {
  const needs = NEEDS.slice(0, NEEDS.indexOf(need) + 1);
  return rows.every((row) => row.state !== "missing" || !needs.includes(row.neededFor));
}

/** A row about something that is as it should be. */
export function found(name: string, neededFor: Need, detail: string): Row {
  return { name, state: "found", detail, fix: undefined, neededFor, tried: [] };
}

/** A row about something that isn't as it should be, with the way out. */
export function wanting(
  state: "missing" | "degraded",
  name: string,
  neededFor: Need,
  detail: string,
  fix: string,
): Row {
  return { name, state, detail, fix, neededFor, tried: [] };
}
