import { z } from "zod";
import { resourceRule } from "../../rule.ts";
import { hostPathFindings } from "../host-paths.ts";
import { container } from "./container.ts";
import { forEachHostPath } from "./host-mounts.ts";

export const noSensitiveHostPath = resourceRule({
  name: "docker-container-no-sensitive-host-path",
  description: "A container doesn't mount the host's own folders: its configuration, devices, programs or engine data.",
  resource: container,
  settings: z.strictObject({
    /** Harmless paths that are allowed all the same, such as `/etc/localtime`. Default: none. */
    allowedPaths: z.array(z.string()).default([]),
  }),
  check: (properties, { settings }) =>
    forEachHostPath(properties, (property, path) => hostPathFindings(property, path, settings.allowedPaths)),
});
