import { z } from "zod";
import { type Finding, forEachKnown, undecided, violation } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const capabilitiesDropped = resourceRule({
  name: "docker-container-capabilities-dropped",
  description: "A container drops all capabilities and adds only those that the policy lists.",
  resource: container,
  settings: z.strictObject({
    /** Capabilities that a container may add, without `CAP_`. Default: none. */
    allowedAdds: z.array(z.string()).default([]),
  }),
  check: ({ capabilities }, { settings }) => {
    if (capabilities === UNKNOWN) return [undecided("capabilities")];
    return [...dropsFindings(capabilities?.drops), ...addsFindings(capabilities?.adds, settings.allowedAdds)];
  },
});

type Capabilities = Parameters<typeof forEachKnown<string>>[1];

function dropsFindings(drops: Capabilities): readonly Finding[] {
  if (drops !== UNKNOWN && drops?.some((drop) => drop !== UNKNOWN && bare(drop) === "ALL")) return [];
  const unknown = forEachKnown("capabilities.drops", drops, () => []);
  if (unknown.length > 0) return unknown;
  return [
    violation({
      found: `capabilities.drops is [${known(drops).join(", ")}]`,
      allowed: '["ALL"]',
      mend: 'set capabilities.drops to ["ALL"], and add back what the process needs by capabilities.adds',
    }),
  ];
}

function addsFindings(adds: Capabilities, allowed: readonly string[]): readonly Finding[] {
  return forEachKnown("capabilities.adds", adds, (add, index) =>
    allowed.map(bare).includes(bare(add))
      ? []
      : [
          violation({
            found: `capabilities.adds[${index}] is ${add}`,
            allowed: allowed.length > 0 ? allowed.join(", ") : "no added capability",
            mend: `remove ${add}, or list it in the policy's allowedAdds`,
          }),
        ],
  );
}

function known(list: Capabilities): string[] {
  return list === UNKNOWN ? [] : (list ?? []).flatMap((item) => (item === UNKNOWN ? [] : [item]));
}

function bare(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, "");
}
