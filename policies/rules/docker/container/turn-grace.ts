import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { whenTurnBudgetKnown } from "../turn-budget.ts";
import { container } from "./container.ts";

export const turnGrace = resourceRule({
  name: "docker-container-turn-grace",
  description: "A container that serves turns gets the time of the longest turn to stop: no deployment ends a turn.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ labels, stopTimeout, destroyGraceSeconds }) =>
    whenTurnBudgetKnown(labels, ({ neededSeconds, sum }) =>
      Object.entries({ stopTimeout, destroyGraceSeconds }).flatMap(([property, value]) =>
        whenKnown({ [property]: value }, () =>
          typeof value === "number" && value >= neededSeconds
            ? []
            : [
                violation({
                  found: `${property} ${typeof value === "number" ? `${value} s` : "not set"} < ${sum}`,
                  allowed: `${neededSeconds} s or more`,
                  mend: `set ${property} to ${neededSeconds}, or turns.maxSeconds lower`,
                }),
              ],
        ),
      ),
    ),
});
