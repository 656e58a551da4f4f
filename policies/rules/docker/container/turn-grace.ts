import { type Finding, violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { LABEL, whenLabelKnown } from "../labels.ts";
import { type Container, container } from "./container.ts";

/** What a component that doesn't say gets between its last turn and the end of the process, in seconds. */
const DRAIN_MARGIN_SECONDS = 5;

export const turnGrace = resourceRule({
  name: "docker-container-turn-grace",
  description: "A container that serves turns gets the time of the longest turn to stop: no deployment ends a turn.",
  resource: container,
  settings: NO_SETTINGS,
  check: (properties) =>
    whenLabelKnown(properties.labels, LABEL.turnMaxSeconds, (turn) =>
      turn === undefined
        ? []
        : whenLabelKnown(properties.labels, LABEL.drainMarginSeconds, (drain) =>
            graceFindings(turn, drain, properties),
          ),
    ),
});

function graceFindings(turn: string, drain: string | undefined, properties: Container): readonly Finding[] {
  const turnSeconds = seconds(turn);
  const drainSeconds = drain === undefined ? DRAIN_MARGIN_SECONDS : seconds(drain);
  if (turnSeconds === undefined) return [notSeconds(LABEL.turnMaxSeconds, turn)];
  if (drainSeconds === undefined) return [notSeconds(LABEL.drainMarginSeconds, drain ?? "")];

  const needed = turnSeconds + drainSeconds;
  const { stopTimeout, destroyGraceSeconds } = properties;
  return Object.entries({ stopTimeout, destroyGraceSeconds }).flatMap(([property, value]) =>
    whenKnown({ [property]: value }, () =>
      typeof value === "number" && value >= needed
        ? []
        : [
            violation({
              found: `${property} ${typeof value === "number" ? `${value} s` : "not set"} < turn budget ${turnSeconds} s + drain ${drainSeconds} s`,
              allowed: `${needed} s or more`,
              mend: `set ${property} to ${needed}, or turns.maxSeconds lower`,
            }),
          ],
    ),
  );
}

function notSeconds(label: string, value: string): Finding {
  return violation({
    found: `the label ${label} is "${value}"`,
    allowed: "a number of seconds, 0 or more",
    mend: `write the label as a number, for example "180"`,
  });
}

function seconds(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
