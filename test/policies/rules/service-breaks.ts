import type { Break } from "./case.ts";

const spec = (containerSpec: object) => ({ taskSpec: { containerSpec } });

/** What keeps a Swarm's service safe while it changes. */
export const SERVICE_BREAKS: readonly Break[] = [
  ...[undefined, {}, { failureAction: "pause" }, { failureAction: "continue" }].map(
    (updateConfig): Break => ({
      rule: "docker-service-rollback",
      kind: "service",
      change: { updateConfig },
      found: /updateConfig\.failureAction is (not set|pause|continue)/,
      allowed: /rollback/,
      mend: /set updateConfig\.failureAction/,
    }),
  ),
  ...["DB_PASSWORD", "FLAME_ACCESS_TOKEN"].map(
    (name): Break => ({
      rule: "docker-service-no-secret-variables",
      kind: "service",
      change: spec({ env: { LOG_LEVEL: "info", [name]: "x" } }),
      found: new RegExp(`env gives ${name} a value`),
      allowed: new RegExp(`${name}_FILE`),
      mend: /docker\.Secret/,
    }),
  ),
  {
    rule: "docker-service-no-secret-variables",
    kind: "service",
    change: spec({ env: { DSN: "x" } }),
    options: { secretPaths: new Set(["taskSpec.containerSpec.env.DSN"]) },
    found: /env gives DSN a value/,
    allowed: /DSN_FILE/,
    mend: /docker\.Secret/,
  },
  ...[undefined, "3m4s", "soon", "184900ms"].map(
    (stopGracePeriod): Break => ({
      rule: "docker-service-turn-grace",
      kind: "service",
      change: spec({ stopGracePeriod }),
      found: /stopGracePeriod (not set|3m4s|soon|184900ms) < turn budget 180 s \+ drain 5 s/,
      allowed: /185s or more/,
      mend: /set taskSpec\.containerSpec\.stopGracePeriod to "185s"/,
    }),
  ),
  {
    rule: "docker-service-turn-grace",
    kind: "service",
    change: { labels: [{ label: "blueprint.turn-max-seconds", value: "long" }] },
    found: /the label blueprint\.turn-max-seconds is "long"/,
    allowed: /a number of seconds/,
    mend: /write the label as a number/,
  },
];
