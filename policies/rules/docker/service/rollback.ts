import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { service } from "./service.ts";

export const rollback = resourceRule({
  name: "docker-service-rollback",
  description: "A service goes back to its old version by itself when the new one fails: nobody may be looking.",
  resource: service,
  settings: NO_SETTINGS,
  check: ({ updateConfig }) =>
    whenKnown({ updateConfig }, ({ updateConfig }) => {
      const action = updateConfig?.failureAction;
      if (action === "rollback") return [];
      return [
        violation({
          found: `updateConfig.failureAction is ${action ? action : "not set, which means pause"}`,
          allowed: "rollback",
          mend: 'set updateConfig.failureAction to "rollback", or remove topology.workload.update.onFailure',
        }),
      ];
    }),
});
