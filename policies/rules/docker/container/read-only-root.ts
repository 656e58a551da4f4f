import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const readOnlyRoot = resourceRule({
  name: "docker-container-read-only-root",
  description: "A container's root file system is read-only: what breaks in can't install anything.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ readOnly }) =>
    whenKnown({ readOnly }, ({ readOnly }) =>
      readOnly
        ? []
        : [
            violation({
              found: readOnly === false ? "readOnly is false" : "readOnly is not set",
              allowed: "true",
              mend: "set readOnly to true and mount a volume or tmpfs where the process writes",
            }),
          ],
    ),
});
