import { z } from "zod";
import { type Finding, undecided, violation } from "../../finding.ts";
import { isKnown, maybe, UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, type Resource, stackRule } from "../../rule.ts";
import { LABEL, Labels, whenLabelKnown } from "../labels.ts";

/** What holds data, and what opens them: volumes, claims, the place where claims lie, generated passwords. */
const HOLDERS = [
  "docker:index/volume:Volume",
  "kubernetes:core/v1:PersistentVolumeClaim",
  "kubernetes:core/v1:Namespace",
  "kubernetes:core/v1:Secret",
  "random:index/randomPassword:RandomPassword",
];

export const dataProtected = stackRule({
  name: "docker-stack-data-protected",
  description: "What holds data, or opens them, can't be deleted by a deployment.",
  resource: { type: HOLDERS, schema: z.object({ labels: Labels }) },
  settings: NO_SETTINGS,
  check: ({ labels }, { resource, stack }) => {
    if (resource.protect) return [];
    const kept = keptBy(stack);
    if (kept === UNKNOWN) return [undecided("keeps")];
    if (kept.includes(resource.name)) return [unprotected("its component keeps its data")];
    return whenLabelKnown(labels, LABEL.data, (data) =>
      data === "persistent" ? [unprotected(`the label ${LABEL.data} is persistent`)] : [],
    );
  },
});

/** Names of what the components say outlives the environment: no change of a resource's own can take that back. */
function keptBy(stack: readonly Resource[]): readonly string[] | typeof UNKNOWN {
  const said = stack
    .filter(({ type }) => type.startsWith("blueprint:"))
    .map(({ properties }) => Keeps.parse(properties).keeps ?? []);
  return isKnown<readonly (readonly string[])[]>(said) ? said.flat() : UNKNOWN;
}

const Keeps = z.object({ keeps: maybe(z.array(maybe(z.string()))).nullish() });

function unprotected(why: string): Finding {
  return violation({
    found: `${why} and protect is not set`,
    allowed: "protect: true on every resource whose data must last",
    mend: "set the resource option protect to true",
  });
}
