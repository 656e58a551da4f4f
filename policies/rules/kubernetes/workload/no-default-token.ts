import { type Finding, violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { POD, type Pod, whenPodKnown, workload } from "./workload.ts";

export const noDefaultToken = resourceRule({
  name: "kubernetes-workload-no-default-token",
  description: "Pods have an account of their own and no token of the API server, which an intruder could use.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties) => whenPodKnown(properties, tokenFindings),
});

function tokenFindings({ automountServiceAccountToken, serviceAccountName }: Pod): readonly Finding[] {
  const token = `${POD}.automountServiceAccountToken`;
  const account = `${POD}.serviceAccountName`;
  return [
    ...whenKnown({ [token]: automountServiceAccountToken }, () =>
      automountServiceAccountToken === false
        ? []
        : [
            violation({
              found: `${token} is ${automountServiceAccountToken === true ? "true" : "not set"}`,
              allowed: "false",
              mend: `set ${token} to false`,
            }),
          ],
    ),
    ...whenKnown({ [account]: serviceAccountName }, () =>
      serviceAccountName && serviceAccountName !== "default"
        ? []
        : [
            violation({
              found: `${account} is ${serviceAccountName ? "default" : "not set"}`,
              allowed: "an account of its own",
              mend: `make a ServiceAccount and name it in ${account}`,
            }),
          ],
    ),
  ];
}
