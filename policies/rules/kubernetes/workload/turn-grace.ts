import { LABEL } from "../../blueprint-labels.ts";
import { type Finding, undecided, violation, whenKnown } from "../../finding.ts";
import { type Maybe, UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { whenValueKnown } from "../metadata.ts";
import { type Container, POD, type Pod, podLabels, whenPodKnown, workload } from "./workload.ts";

/** What a component that doesn't say gets between its last turn and the end of the process, in seconds. */
const DRAIN_MARGIN_SECONDS = 5;
/** Grace of a pod that says none, in seconds: Kubernetes' own default. */
const USUAL_GRACE_SECONDS = 30;
const LABELS = "spec.template.metadata.labels";

export const turnGrace = resourceRule({
  name: "kubernetes-workload-turn-grace",
  description:
    "A pod that serves turns gets the time of the longest turn to stop, beside its wait before it is told to.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties) => {
    const labels = podLabels(properties);
    return whenValueKnown(labels, LABEL.turnMaxSeconds, LABELS, (turn) =>
      turn === undefined
        ? []
        : whenValueKnown(labels, LABEL.drainMarginSeconds, LABELS, (drain) =>
            whenPodKnown(properties, (pod) => graceFindings(turn, drain ?? `${DRAIN_MARGIN_SECONDS}`, pod)),
          ),
    );
  },
});

function graceFindings(turn: string, drain: string, pod: Pod): readonly Finding[] {
  for (const [name, given] of [
    [LABEL.turnMaxSeconds, turn],
    [LABEL.drainMarginSeconds, drain],
  ] as const) {
    if (!/^\d+(\.\d+)?$/.test(given)) return [notSeconds(name, given)];
  }
  const { containers, terminationGracePeriodSeconds: grace } = pod;
  if (containers === UNKNOWN) return [undecided(`${POD}.containers`)];
  const waits = (containers ?? []).map((container) => (container === UNKNOWN ? UNKNOWN : preStopSeconds(container)));
  const unknown = waits.indexOf(UNKNOWN);
  if (unknown >= 0) return [undecided(`${POD}.containers[${unknown}].lifecycle`)];
  const wait = Math.max(0, ...waits.map(Number));
  const needed = wait + Number(turn) + Number(drain);
  const property = `${POD}.terminationGracePeriodSeconds`;
  return whenKnown({ [property]: grace }, () => {
    const seconds = typeof grace === "number" ? grace : USUAL_GRACE_SECONDS;
    if (seconds >= needed) return [];
    return [
      violation({
        found: `${property} ${seconds} s${typeof grace === "number" ? "" : " (the default)"} < preStop ${wait} s + turn budget ${Number(turn)} s + drain ${Number(drain)} s`,
        allowed: `${needed} s or more`,
        mend: `set ${property} to ${needed}, or turns.maxSeconds lower`,
      }),
    ];
  });
}

/** How long a container serves on before it is told to stop: a sleep of the kubelet's, or of a program's. */
function preStopSeconds({ lifecycle }: Container): Maybe<number> {
  if (lifecycle === UNKNOWN || lifecycle?.preStop === UNKNOWN) return UNKNOWN;
  const { sleep, exec } = lifecycle?.preStop ?? {};
  if (sleep === UNKNOWN || exec === UNKNOWN || sleep?.seconds === UNKNOWN || exec?.command === UNKNOWN) return UNKNOWN;
  if (sleep) return sleep.seconds ?? 0;
  const [program, seconds] = exec?.command ?? [];
  if (program === UNKNOWN || seconds === UNKNOWN) return UNKNOWN;
  return program === "sleep" ? Number(seconds) || 0 : 0;
}

function notSeconds(label: string, value: string): Finding {
  return violation({
    found: `the label ${label} is "${value}"`,
    allowed: "a number of seconds, 0 or more",
    mend: `write the label as a number, for example "180"`,
  });
}
