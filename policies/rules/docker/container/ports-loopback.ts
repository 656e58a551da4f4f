import { forEachKnown, undecided, violation, whenKnown } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { LABEL, labelValue } from "../labels.ts";
import { container } from "./container.ts";

const ON_PURPOSE = ["lan", "public"];
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1)$/;

export const portsLoopback = resourceRule({
  name: "docker-container-ports-loopback",
  description: "A container publishes ports on the loopback address only, unless it is exposed on purpose.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ ports, publishAllPorts, labels }) => {
    const exposure = labelValue(labels, LABEL.exposure);
    if (exposure !== UNKNOWN && exposure !== undefined && ON_PURPOSE.includes(exposure)) return [];
    const findings = [
      ...whenKnown({ publishAllPorts }, ({ publishAllPorts }) =>
        publishAllPorts ? [violation({ found: "publishAllPorts is true", ...WAYS_OUT })] : [],
      ),
      ...forEachKnown("ports", ports, ({ internal, ip }, index) =>
        ip && LOOPBACK.test(ip)
          ? []
          : [
              violation({
                found: `ports[${index}] publishes ${internal ?? "a port"} on ${ip ? ip : "every address of the host"}`,
                ...WAYS_OUT,
              }),
            ],
      ),
    ];
    // Where the label can't be told, a port elsewhere may be on purpose.
    return findings.length > 0 && exposure === UNKNOWN ? [undecided(`labels ${LABEL.exposure}`)] : findings;
  },
});

const WAYS_OUT = {
  allowed: `127.0.0.1 or ::1, or any address with the label ${LABEL.exposure} = ${ON_PURPOSE.join(" or ")}`,
  mend: `set ip to "127.0.0.1", or say by the label that others shall reach it`,
};
