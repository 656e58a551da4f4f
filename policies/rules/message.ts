import type { Finding } from "./finding.ts";
import type { Resource } from "./rule.ts";

/** Beginning of the message of a rule that could not tell; the gate fails on it. */
export const COULD_NOT_RUN = "could not run: ";
/** Beginning of the message of an unknown that the rule accepts; shown, and no failure. */
export const ACCEPTED_UNKNOWN = "not known yet: ";

/** What stands in a message instead of a secret. */
const BLOT = "[secret]";
/** Shorter secrets aren't blotted out: they'd take half the message with them. In characters. */
const SHORTEST_SECRET = 3;

/** A message of one line: what was found, on which resource, what is allowed, how to mend it. */
export function messageOf(
  finding: Finding,
  resource: Pick<Resource, "name" | "type">,
  acceptedUnknowns: Readonly<Record<string, string>>,
): string {
  const where = `${resource.name} (${resource.type})`;
  if (finding.kind === "violation") {
    return `${where}: ${finding.found}; allowed: ${finding.allowed}; to mend: ${finding.mend}`;
  }
  const accepted = acceptedReason(finding.property, acceptedUnknowns);
  if (accepted !== undefined) {
    return `${ACCEPTED_UNKNOWN}${where}: ${finding.property} ${finding.reason}; accepted because ${accepted}`;
  }
  return (
    `${COULD_NOT_RUN}${where}: ${finding.property} ${finding.reason}; allowed: only what can be checked before deployment; ` +
    `to mend: ${finding.mend ?? `give ${finding.property} a value that the program knows`}`
  );
}

/** Why an unknown is accepted: the reason given for the property, or for what it is a part of. */
export function acceptedReason(property: string, accepted: Readonly<Record<string, string>>): string | undefined {
  const whole = Object.keys(accepted).find((path) => property === path || property.startsWith(`${path}[`));
  return whole === undefined ? undefined : accepted[whole];
}

/** Blots secrets out of a message, the longest first. */
export function redact(message: string, secrets: ReadonlySet<string>): string {
  return [...secrets]
    .filter(({ length }) => length >= SHORTEST_SECRET)
    .toSorted((one, other) => other.length - one.length)
    .reduce((blotted, secret) => blotted.replaceAll(secret, BLOT), message);
}
