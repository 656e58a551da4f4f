import { violation, whenKnown } from "../../finding.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

export const ownNamespaces = resourceRule({
  name: "docker-container-own-namespaces",
  description: "A container doesn't share the host's network, processes, memory segments or user names.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ networkMode, pidMode, ipcMode, usernsMode }) =>
    Object.entries({ networkMode, pidMode, ipcMode, usernsMode }).flatMap(([property, mode]) =>
      whenKnown({ [property]: mode }, () =>
        mode === "host"
          ? [
              violation({
                found: `${property} is host`,
                allowed: "a namespace of its own: any value but host, or not set",
                mend: `remove ${property}${property === "networkMode" ? " and publish the ports that are needed" : ""}`,
              }),
            ]
          : [],
      ),
    ),
});
