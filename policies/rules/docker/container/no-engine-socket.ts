import { violation } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { isEngineSocket } from "../host-paths.ts";
import { container } from "./container.ts";
import { forEachHostPath } from "./host-mounts.ts";

export const noEngineSocket = resourceRule({
  name: "docker-container-no-engine-socket",
  description: "A container doesn't get the engine's socket: who has it is root on the host.",
  resource: container,
  settings: NO_SETTINGS,
  check: (properties) =>
    forEachHostPath(properties, (property, path) =>
      isEngineSocket(path)
        ? [
            violation({
              found: `${property} is the engine's socket ${path}`,
              allowed: "no socket of a container engine",
              mend: "remove the mount; let a proxy that allows single calls stand between, if the container must see others",
            }),
          ]
        : [],
    ),
});
