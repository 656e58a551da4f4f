import { z } from "zod";
import { undecided } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { resourceRule } from "../../rule.ts";
import { hostPathFindings } from "../host-paths.ts";
import { volume } from "./volume.ts";

export const noSensitiveHostPath = resourceRule({
  name: "docker-volume-no-sensitive-host-path",
  description: "A volume isn't a way round the rule on mounts: it doesn't bind the host's own folders either.",
  resource: volume,
  settings: z.strictObject({
    /** Harmless paths that are allowed all the same. Default: none. */
    allowedPaths: z.array(z.string()).default([]),
  }),
  check: ({ driverOpts }, { settings }) => {
    if (driverOpts === UNKNOWN) return [undecided("driverOpts")];
    const device = driverOpts?.device;
    if (device === UNKNOWN) return [undecided("driverOpts.device")];
    return device ? hostPathFindings("driverOpts.device", device, settings.allowedPaths) : [];
  },
});
