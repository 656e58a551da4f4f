import { type Finding, undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { type Container, forEachContainer, workload } from "./workload.ts";

const PURPOSES = {
  startupProbe: "a slow start isn't taken for a hang",
  livenessProbe: "a container that hangs is started again",
  readinessProbe: "no request reaches a container that can't answer",
} as const;

export const probes = resourceRule({
  name: "kubernetes-workload-probes",
  description: "Each container says how its start, its health and its readiness are checked.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties) => forEachContainer(properties, probeFindings),
});

function probeFindings(container: Container, path: string): readonly Finding[] {
  return (["startupProbe", "livenessProbe", "readinessProbe"] as const).flatMap((name): readonly Finding[] => {
    const probe = container[name];
    if (probe === UNKNOWN) return [undecided(`${path}.${name}`)];
    if (probe) return [];
    return [
      violation({
        found: `${path}.${name} is not set`,
        allowed: `a probe, so that ${PURPOSES[name]}`,
        mend: `set ${path}.${name}`,
      }),
    ];
  });
}
