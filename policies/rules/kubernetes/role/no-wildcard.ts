import { z } from "zod";
import { forEachKnown, violation } from "../../finding.ts";
import { maybe } from "../../known.ts";
import { NO_SETTINGS, type ResourceKind, resourceRule } from "../../rule.ts";

const texts = maybe(z.array(maybe(z.string()))).nullish();

const RoleProperties = z.object({
  rules: maybe(
    z.array(maybe(z.object({ apiGroups: texts, resources: texts, verbs: texts, nonResourceURLs: texts }))),
  ).nullish(),
});

const role: ResourceKind<z.output<typeof RoleProperties>> = {
  type: ["kubernetes:rbac.authorization.k8s.io/v1:Role", "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"],
  schema: RoleProperties,
};

export const noWildcard = resourceRule({
  name: "kubernetes-role-no-wildcard",
  description: "A role names what it allows: a star also allows what comes to the cluster later.",
  resource: role,
  settings: NO_SETTINGS,
  check: ({ rules }) =>
    forEachKnown("rules", rules, (rule, index) =>
      (["apiGroups", "resources", "verbs", "nonResourceURLs"] as const).flatMap((field) => {
        const wild = (rule[field] ?? []).find((value) => value.includes("*"));
        if (wild === undefined) return [];
        return [
          violation({
            found: `rules[${index}].${field} has ${wild}`,
            allowed: "names",
            mend: `name the ${field} that are needed`,
          }),
        ];
      }),
    ),
});
