import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const restartBounded = resourceRule({
  name: "docker-container-restart-bounded",
  description: "A container that ends comes back, and one that keeps failing is given up after a number of tries.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ restart, maxRetryCount, mustRun }) =>
    whenKnown({ restart, mustRun }, ({ restart, mustRun }) => {
      // A container that runs once and ends must not come back.
      if (mustRun === false || restart === "always" || restart === "unless-stopped") return [];
      if (restart !== "on-failure") {
        return [
          violation({
            found: `restart is ${restart ? restart : "not set, which means no"}`,
            allowed: "always, unless-stopped, or on-failure with maxRetryCount",
            mend: 'set restart to "unless-stopped", or mustRun to false for a container that runs once',
          }),
        ];
      }
      return whenKnown({ maxRetryCount }, ({ maxRetryCount }) =>
        (maxRetryCount ?? 0) > 0
          ? []
          : [
              violation({
                found: `restart is on-failure and maxRetryCount is ${maxRetryCount ?? "not set"}`,
                allowed: "on-failure with a maxRetryCount above 0",
                mend: "set maxRetryCount, for example to 5",
              }),
            ],
      );
    }),
});
