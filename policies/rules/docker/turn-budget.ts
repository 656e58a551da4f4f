import { type Finding, violation } from "../finding.ts";
import { LABEL, type Labels, whenLabelKnown } from "./labels.ts";

/** What a component that doesn't say gets between its last turn and the end of the process, in seconds. */
const DRAIN_MARGIN_SECONDS = 5;

/** What a process that serves turns needs to stop: its longest turn and its drain. */
interface TurnBudget {
  readonly neededSeconds: number;
  /** As arithmetic, such as `turn budget 180 s + drain 5 s`. */
  readonly sum: string;
}

/** Decides from the turn budget that labels tell; what serves no turns has none. */
export function whenTurnBudgetKnown(
  labels: Labels,
  decide: (budget: TurnBudget) => readonly Finding[],
): readonly Finding[] {
  return whenLabelKnown(labels, LABEL.turnMaxSeconds, (turn) =>
    turn === undefined
      ? []
      : whenLabelKnown(labels, LABEL.drainMarginSeconds, (drain) => {
          const turnSeconds = seconds(turn);
          const drainSeconds = drain === undefined ? DRAIN_MARGIN_SECONDS : seconds(drain);
          if (turnSeconds === undefined) return [notSeconds(LABEL.turnMaxSeconds, turn)];
          if (drainSeconds === undefined) return [notSeconds(LABEL.drainMarginSeconds, drain ?? "")];
          return decide({
            neededSeconds: turnSeconds + drainSeconds,
            sum: `turn budget ${turnSeconds} s + drain ${drainSeconds} s`,
          });
        }),
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
