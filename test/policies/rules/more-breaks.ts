import { componentThatKeeps } from "../../support/policy-fixtures.ts";
import type { Break } from "./case.ts";
import { labelsWith } from "./labels.ts";

const secret = { allowed: /marks as secret/, mend: /config\.requireSecret/ };
const port = { allowed: /127\.0\.0\.1 .* blueprint\.exposure = lan or public/, mend: /set ip to "127\.0\.0\.1"/ };
const grace = { allowed: /185 s or more/, mend: /to 185, or turns\.maxSeconds lower/ };

/** What keeps a container in service and a stack in order: ports, labels, restarts, turns, networks, data, secrets. */
export const MORE_BREAKS: readonly Break[] = [
  {
    rule: "docker-container-ports-loopback",
    change: { ports: [{ internal: 80 }] },
    found: /80 on every address/,
    ...port,
  },
  {
    rule: "docker-container-ports-loopback",
    change: { ports: [{ ip: "0.0.0.0" }] },
    found: /a port on 0\.0\.0\.0/,
    ...port,
  },
  {
    rule: "docker-container-ports-loopback",
    change: { publishAllPorts: true },
    found: /publishAllPorts is true/,
    ...port,
  },
  {
    rule: "docker-container-ports-loopback",
    change: { ports: [{ internal: 80 }], labels: labelsWith("blueprint.exposure", "private") },
    found: /80 on every address/,
    ...port,
  },
  ...["environment", "component", "version"].flatMap((name): Break[] =>
    [undefined, ""].map((value) => ({
      rule: "docker-container-labels",
      change: { labels: labelsWith(`blueprint.${name}`, value) },
      found: new RegExp(`the label blueprint\\.${name} is ${value === "" ? "empty" : "missing"}`),
      allowed: /blueprint\.environment, blueprint\.component, blueprint\.version/,
      mend: new RegExp(`add \\{ label: "blueprint\\.${name}"`),
    })),
  ),
  {
    rule: "docker-container-labels",
    change: { labels: null },
    settings: { required: ["team"] },
    found: /team is missing/,
    allowed: /team/,
    mend: /"team"/,
  },
  ...[undefined, "no"].map(
    (restart): Break => ({
      rule: "docker-container-restart-bounded",
      change: { restart },
      found: /restart is no/,
      allowed: /always, unless-stopped, or on-failure/,
      mend: /set restart/,
    }),
  ),
  ...[undefined, 0].map(
    (maxRetryCount): Break => ({
      rule: "docker-container-restart-bounded",
      change: { restart: "on-failure", maxRetryCount },
      found: /maxRetryCount is (not set|0)/,
      allowed: /maxRetryCount above 0/,
      mend: /set maxRetryCount/,
    }),
  ),
  ...[undefined, {}].map(
    (logOpts): Break => ({
      rule: "docker-container-log-bounded",
      change: { logOpts },
      found: /logDriver is json-file and logOpts has no max-size/,
      allowed: /a max-size, or a driver that is bounded/,
      mend: /set logOpts\["max-size"\]/,
    }),
  ),
  {
    rule: "docker-container-log-bounded",
    change: { logOpts: {}, logDriver: undefined },
    found: /logDriver is not set/,
    allowed: /max-size/,
    mend: /10m/,
  },
  ...["stopTimeout", "destroyGraceSeconds"].flatMap((property): Break[] => [
    {
      rule: "docker-container-turn-grace",
      change: { [property]: 30 },
      found: new RegExp(`${property} 30 s < turn budget 180 s \\+ drain 5 s`),
      ...grace,
    },
    {
      rule: "docker-container-turn-grace",
      change: { [property]: undefined },
      found: new RegExp(`${property} not set < turn budget`),
      ...grace,
    },
  ]),
  {
    rule: "docker-container-turn-grace",
    change: { labels: labelsWith("blueprint.drain-margin-seconds", "10"), destroyGraceSeconds: 190 },
    found: /stopTimeout 185 s < turn budget 180 s \+ drain 10 s/,
    allowed: /190 s or more/,
    mend: /to 190/,
  },
  ...["turn-max-seconds", "drain-margin-seconds"].map(
    (name): Break => ({
      rule: "docker-container-turn-grace",
      change: { labels: labelsWith(`blueprint.${name}`, "3 minutes") },
      found: new RegExp(`blueprint\\.${name} is "3 minutes"`),
      allowed: /a number of seconds/,
      mend: /write the label as a number/,
    }),
  ),
  {
    rule: "docker-network-driver",
    kind: "network",
    change: { driver: "host" },
    found: /driver is host/,
    allowed: /bridge, overlay/,
    mend: /set driver/,
  },
  {
    rule: "docker-network-driver",
    kind: "network",
    change: { driver: "" },
    settings: { allowed: ["overlay"] },
    found: /not set/,
    allowed: /overlay/,
    mend: /set driver/,
  },
  {
    rule: "docker-network-not-attachable",
    kind: "network",
    change: { driver: "overlay", attachable: true },
    found: /attachable is true/,
    allowed: /false/,
    mend: /remove attachable/,
  },
  {
    rule: "docker-stack-data-protected",
    kind: "volume",
    change: {},
    options: { protect: false },
    found: /persistent and protect is not set/,
    allowed: /protect: true/,
    mend: /set the resource option protect/,
  },
  {
    rule: "docker-stack-data-protected",
    kind: "volume",
    change: { labels: [] },
    options: { protect: false },
    beside: [componentThatKeeps(["the-volume"])],
    found: /its component keeps its data and protect is not set/,
    allowed: /protect: true/,
    mend: /set the resource option protect/,
  },
  {
    rule: "docker-stack-user-network",
    change: { networksAdvanced: undefined },
    found: /networksAdvanced is not set/,
    allowed: /at least one network/,
    mend: /make a docker\.Network/,
  },
  {
    rule: "docker-stack-user-network",
    change: { networksAdvanced: [{ name: "bridge" }, {}] },
    found: /the engine's own: bridge, default/,
    allowed: /at least one/,
    mend: /docker\.Network/,
  },
  ...[
    ["DB_PASSWORD=hunter22", "DB_PASSWORD a value"],
    ["API_KEY=x", "API_KEY a value"],
    ["GITHUB_TOKEN=abc", "GITHUB_TOKEN a value"],
    ["client_secret=1", "client_secret a value"],
    ["SSH_PRIVATE_KEY=x", "SSH_PRIVATE_KEY a value"],
    ["URL=postgres://me:pa55@db/x", "an address with a password"],
    ["X=AKIAIOSFODNN7EXAMPLE", "an AWS access key"],
    ["X=ghp_0123456789abcdefghij0123456789abcdef", "a GitHub token"],
    ["X=sk-proj-0123456789abcdefghij", "a model provider's key"],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE", "a private key"],
    ["X=eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.abc", "a JSON web token"],
    ["X=xoxb-0123456789-abc", "a Slack token"],
  ].map(
    ([env = "", found = ""]): Break => ({
      rule: "pulumi-resource-no-plaintext-secret",
      change: { envs: ["LOG_LEVEL=info", env] },
      found: new RegExp(`envs\\[1\\] .*${found}.*in clear`),
      ...secret,
    }),
  ),
  {
    rule: "pulumi-resource-no-plaintext-secret",
    kind: "network",
    change: { options: { adminPassword: "x" } },
    found: /options\.adminPassword gives adminPassword a value/,
    ...secret,
  },
  {
    rule: "pulumi-resource-no-plaintext-secret",
    change: { deep: [{ name: "DB_TOKEN", value: "x" }] },
    found: /deep\[0\]\.value gives DB_TOKEN/,
    ...secret,
  },
  {
    rule: "pulumi-resource-no-plaintext-secret",
    change: { labels: [{ label: "apiKey", value: "x" }] },
    found: /labels\[0\]\.value gives apiKey/,
    ...secret,
  },
];
