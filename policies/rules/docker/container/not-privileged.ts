import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const notPrivileged = resourceRule({
  name: "docker-container-not-privileged",
  description: "A container is not privileged: privileged means root on the host.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ privileged }) =>
    whenKnown({ privileged }, ({ privileged }) =>
      privileged
        ? [
            violation({
              found: "privileged is true",
              allowed: "false, or not set",
              mend: "remove privileged and add the single capability that is needed",
            }),
          ]
        : [],
    ),
});
