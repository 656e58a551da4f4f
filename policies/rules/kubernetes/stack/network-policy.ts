import { violation } from "../../finding.ts";
import { NO_SETTINGS, stackRule } from "../../rule.ts";
import { workload } from "../workload/workload.ts";
import { whenUnguarded } from "./guard.ts";

const POLICY = { type: "kubernetes:networking.k8s.io/v1:NetworkPolicy", selector: "podSelector" } as const;

export const networkPolicy = stackRule({
  name: "kubernetes-stack-network-policy",
  description: "A network policy says who may connect to each pod: without one, every pod of the cluster may.",
  resource: workload,
  settings: NO_SETTINGS,
  check: (properties, { stack }) => {
    return whenUnguarded(properties, stack, POLICY, () =>
      violation({
        found: "no NetworkPolicy of the namespace selects the pods",
        allowed: "at least one for every pod",
        mend: "set topology.orchestrator.networkPolicy, or add a NetworkPolicy with an empty podSelector",
      }),
    );
  },
});
