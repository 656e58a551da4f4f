import { UNKNOWN } from "../../../policies/rules/known.ts";
import type { Unknown } from "./case.ts";

const kind = "service";

/** What of a Swarm's service a rule can't decide without. */
export const SERVICE_UNKNOWNS: readonly Unknown[] = [
  { rule: "docker-service-rollback", kind, change: { updateConfig: UNKNOWN }, property: "updateConfig" },
  {
    rule: "docker-service-rollback",
    kind,
    change: { updateConfig: { failureAction: UNKNOWN } },
    property: "updateConfig.failureAction",
  },
  ...(["docker-service-no-secret-variables", "docker-service-turn-grace"] as const).flatMap((rule): Unknown[] => [
    { rule, kind, change: { taskSpec: UNKNOWN }, property: "taskSpec" },
    { rule, kind, change: { taskSpec: { containerSpec: UNKNOWN } }, property: "taskSpec.containerSpec" },
  ]),
  {
    rule: "docker-service-no-secret-variables",
    kind,
    change: { taskSpec: { containerSpec: { env: UNKNOWN } } },
    property: "taskSpec.containerSpec.env",
  },
  {
    rule: "docker-service-turn-grace",
    kind,
    change: { taskSpec: { containerSpec: { stopGracePeriod: UNKNOWN } } },
    property: "taskSpec.containerSpec.stopGracePeriod",
  },
  {
    rule: "docker-service-turn-grace",
    kind,
    change: { labels: UNKNOWN },
    property: "labels blueprint.turn-max-seconds",
  },
];
