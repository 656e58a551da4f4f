import { sortedByName } from "./sorted.ts";
import { versions } from "./versions.ts";

/** Labels that every object of an environment carries; `policies` require them. */
export interface StandardLabels {
  readonly environment: string;
  /** Part of the application that the object serves: `agent`, `database`, `network`. */
  readonly component: string;
}

/** Prefix of the labels that the blueprint owns; a user's own labels may not use it. */
export const LABEL_PREFIX = "blueprint.";

/**
 * The labels of an object that can't be changed without being made anew, such as a volume: only what identifies it, so
 * that neither a release nor a label of the user's is a reason to replace it.
 */
export function identityLabels({ environment, component }: StandardLabels): Record<string, string> {
  return sortedByName({ [`${LABEL_PREFIX}environment`]: environment, [`${LABEL_PREFIX}component`]: component });
}

/** The standard labels and a user's own ones, sorted by name so that the same input gives the same object. */
export function labelsOf(standard: StandardLabels, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  return sortedByName({
    ...own,
    ...identityLabels(standard),
    [`${LABEL_PREFIX}version`]: versions.blueprint,
  });
}
