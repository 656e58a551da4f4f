import { z } from "zod";
import { violation, whenKnown } from "../../finding.ts";
import { resourceRule } from "../../rule.ts";
import { network } from "./network.ts";

export const driver = resourceRule({
  name: "docker-network-driver",
  description: "A network keeps containers apart from the host's own: no driver that puts them beside it.",
  resource: network,
  settings: z.strictObject({
    /** Drivers that a network may have. Default: bridge and overlay. */
    allowed: z.array(z.string()).default(["bridge", "overlay"]),
  }),
  check: ({ driver }, { settings }) =>
    whenKnown({ driver }, ({ driver }) =>
      // The engines' own default is a bridge.
      settings.allowed.includes(driver || "bridge")
        ? []
        : [
            violation({
              found: `driver is ${driver || "not set, which means bridge"}`,
              allowed: settings.allowed.join(", "),
              mend: "set driver to one of these, or list it in the policy's allowed drivers",
            }),
          ],
    ),
});
