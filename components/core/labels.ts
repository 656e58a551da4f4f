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

/** The standard labels and a user's own ones, sorted by name so that the same input gives the same object. */
export function labelsOf(standard: StandardLabels, own: Readonly<Record<string, string>> = {}): Record<string, string> {
  return sortedByName({
    ...own,
    [`${LABEL_PREFIX}environment`]: standard.environment,
    [`${LABEL_PREFIX}component`]: standard.component,
    [`${LABEL_PREFIX}version`]: versions.blueprint,
  });
}
