import { undecided, violation, whenKnown } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const healthCheck = resourceRule({
  name: "docker-container-health-check",
  description: "A container has a health check: without, a hung process counts as fine.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ healthcheck }) => {
    if (healthcheck === UNKNOWN) return [undecided("healthcheck")];
    const tests = healthcheck?.tests;
    // What the command's arguments are doesn't matter, only that there is a command.
    const first = tests === UNKNOWN ? UNKNOWN : tests?.[0];
    return whenKnown({ "healthcheck.tests": first }, ({ "healthcheck.tests": kind }) =>
      kind !== undefined && kind !== "NONE"
        ? []
        : [
            violation({
              found: kind === "NONE" ? "healthcheck.tests switches the check off" : "healthcheck.tests is not set",
              allowed: 'a command, such as ["CMD", "/bin/healthy"]',
              mend: "set healthcheck.tests to a command that ends with 0 only while the process can serve",
            }),
          ],
    );
  },
});
