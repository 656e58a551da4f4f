import { undecided, violation, whenKnown } from "../../finding.ts";
import { UNKNOWN } from "../../known.ts";
import { NO_SETTINGS, resourceRule } from "../../rule.ts";
import { container } from "./container.ts";

/** Drivers that rotate by themselves, or keep nothing on the host's disk. */
const BOUNDED_DRIVERS = [
  "local",
  "journald",
  "none",
  "passthrough",
  "syslog",
  "fluentd",
  "gelf",
  "awslogs",
  "gcplogs",
  "splunk",
];

export const logBounded = resourceRule({
  name: "docker-container-log-bounded",
  description: "A container's log can't fill the host's disk.",
  resource: container,
  settings: NO_SETTINGS,
  check: ({ logDriver, logOpts }) => {
    if (logDriver !== UNKNOWN && logDriver && BOUNDED_DRIVERS.includes(logDriver)) return [];
    const size = logOpts === UNKNOWN ? UNKNOWN : logOpts?.["max-size"];
    if (typeof size === "string" && size !== "") return [];
    if (size === UNKNOWN) return [undecided(logOpts === UNKNOWN ? "logOpts" : "logOpts.max-size")];
    return whenKnown({ logDriver }, ({ logDriver }) => [
      violation({
        found: `logDriver is ${logDriver ? logDriver : "not set"} and logOpts has no max-size`,
        allowed: `a max-size, or a driver that is bounded: ${BOUNDED_DRIVERS.join(", ")}`,
        mend: 'set logOpts["max-size"], for example to "10m"',
      }),
    ]);
  },
});
