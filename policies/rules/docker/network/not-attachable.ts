import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { network } from "./network.ts";

export const notAttachable = resourceRule({
  name: "docker-network-not-attachable",
  description: "An overlay network takes the stack's services only, not any container that someone starts by hand.",
  resource: network,
  settings: NO_SETTINGS,
  check: ({ attachable, driver }) =>
    whenKnown({ attachable, driver }, ({ attachable, driver }) =>
      attachable && driver === "overlay"
        ? [
            violation({
              found: "attachable is true on an overlay network",
              allowed: "false, or not set",
              mend: "remove attachable, and run what needs the network as a service of the stack",
            }),
          ]
        : [],
    ),
});
