import { type Finding, undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { whenTurnBudgetKnown } from "../turn-budget.ts";
import { service } from "./service.ts";

const PATH = "taskSpec.containerSpec.stopGracePeriod";

export const turnGrace = resourceRule({
  name: "docker-service-turn-grace",
  description: "A service that serves turns gets the time of the longest turn to stop: no deployment ends a turn.",
  resource: service,
  settings: NO_SETTINGS,
  check: ({ labels, taskSpec }) =>
    whenTurnBudgetKnown(labels, ({ neededSeconds, sum }): readonly Finding[] => {
      if (taskSpec === UNKNOWN) return [undecided("taskSpec")];
      const { containerSpec } = taskSpec;
      if (containerSpec === UNKNOWN) return [undecided("taskSpec.containerSpec")];
      const { stopGracePeriod } = containerSpec;
      if (stopGracePeriod === UNKNOWN) return [undecided(PATH)];
      const seconds = secondsOf(stopGracePeriod ?? "");
      if (seconds !== undefined && seconds >= neededSeconds) return [];
      return [
        violation({
          found: `${PATH} ${stopGracePeriod ? stopGracePeriod : "not set"} < ${sum}`,
          allowed: `${neededSeconds}s or more`,
          mend: `set ${PATH} to "${neededSeconds}s", or turns.maxSeconds lower`,
        }),
      ];
    }),
});

const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A duration as Docker writes it, such as `3m10s`; `undefined` where it isn't one. */
function secondsOf(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ""] ?? 0), 0);
}
