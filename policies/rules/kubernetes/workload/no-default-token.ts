import { type Finding, violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { POD, type Pod, whenPodKnown, workload } from "./workload.ts";

export const noDefaultToken = resourceRule({
  name: "kubernetes-workload-no-default-token",
  description: "Pods have an account of their own and no token of the API server, which an intruder could use.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties) => whenPodKnown(properties, (pod) => tokenFindings(pod, POD)),
});

/** What gives a pod at a path a token or an account that isn't its own. */
export function tokenFindings(
  { automountServiceAccountToken, serviceAccountName }: Pod,
  pod: string,
): readonly Finding[] {
  const token = `${pod}.automountServiceAccountToken`;
  const account = `${pod}.serviceAccountName`;
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
