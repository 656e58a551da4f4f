import { type Finding, undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { type Container, forEachContainer, workload } from "./workload.ts";

export const limits = resourceRule({
  name: "kubernetes-workload-limits",
  description: "Each container says what CPU and memory it asks for and what it can't exceed.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties) => forEachContainer(properties, limitFindings),
});

/** What a container doesn't say of its resources. */
export function limitFindings({ resources }: Container, container: string): readonly Finding[] {
  const path = `${container}.resources`;
  if (resources === UNKNOWN) return [undecided(path)];
  return (["requests", "limits"] as const).flatMap((kind): readonly Finding[] => {
    const amounts = resources?.[kind];
    if (amounts === UNKNOWN) return [undecided(`${path}.${kind}`)];
    return ["cpu", "memory"].flatMap((name): readonly Finding[] => {
      const amount = amounts?.[name];
      if (amount === UNKNOWN) return [undecided(`${path}.${kind}.${name}`)];
      if (amount !== undefined && !/^0*(\.0*)?([A-Za-z]*)$/.test(`${amount}`)) return [];
      return [
        violation({
          found: `${path}.${kind}.${name} is ${amount ?? "not set"}`,
          allowed: "an amount above 0",
          mend: `set ${path}.${kind}.${name}, for example to "${name === "cpu" ? "500m" : "512Mi"}"`,
        }),
      ];
    });
  });
}
