import { UNKNOWN } from "../../../policies/rules/known.ts";
import { componentThatKeeps } from "../../support/policy-fixtures.ts";
import type { Unknown } from "./case.ts";
import { labelsWith } from "./labels.ts";
import { SERVICE_UNKNOWNS } from "./service-unknowns.ts";

const unknownItem = [UNKNOWN];

export const UNKNOWNS: readonly Unknown[] = [
  { rule: "docker-container-not-privileged", change: { privileged: UNKNOWN }, property: "privileged" },
  { rule: "docker-container-not-root", change: { user: UNKNOWN }, property: "user" },
  { rule: "docker-container-read-only-root", change: { readOnly: UNKNOWN }, property: "readOnly" },
  { rule: "docker-container-capabilities-dropped", change: { capabilities: UNKNOWN }, property: "capabilities" },
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: UNKNOWN } },
    property: "capabilities.drops",
  },
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: ["X", UNKNOWN] } },
    property: "capabilities.drops[1]",
  },
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: ["ALL"], adds: UNKNOWN } },
    property: "capabilities.adds",
  },
  {
    rule: "docker-container-capabilities-dropped",
    change: { capabilities: { drops: ["ALL"], adds: unknownItem } },
    property: "capabilities.adds[0]",
  },
  { rule: "docker-container-no-new-privileges", change: { securityOpts: UNKNOWN }, property: "securityOpts" },
  { rule: "docker-container-no-new-privileges", change: { securityOpts: ["x", UNKNOWN] }, property: "securityOpts[1]" },
  { rule: "docker-container-memory-limit", change: { memory: UNKNOWN }, property: "memory" },
  { rule: "docker-container-memory-limit", change: { memorySwap: UNKNOWN }, property: "memorySwap" },
  { rule: "docker-container-cpu-limit", change: { cpus: UNKNOWN }, property: "cpus" },
  { rule: "docker-container-cpu-limit", change: { cpus: undefined, cpuShares: UNKNOWN }, property: "cpuShares" },
  { rule: "docker-container-cpu-limit", change: { cpus: undefined, cpuQuota: UNKNOWN }, property: "cpuQuota" },
  { rule: "docker-container-health-check", change: { healthcheck: UNKNOWN }, property: "healthcheck" },
  { rule: "docker-container-health-check", change: { healthcheck: { tests: UNKNOWN } }, property: "healthcheck.tests" },
  {
    rule: "docker-container-health-check",
    change: { healthcheck: { tests: unknownItem } },
    property: "healthcheck.tests",
  },
  ...["networkMode", "pidMode", "ipcMode", "usernsMode"].map(
    (property): Unknown => ({
      rule: "docker-container-own-namespaces",
      change: { [property]: UNKNOWN },
      property,
    }),
  ),
  ...(["docker-container-no-engine-socket", "docker-container-no-sensitive-host-path"] as const).flatMap(
    (rule): Unknown[] => [
      { rule, change: { volumes: UNKNOWN }, property: "volumes" },
      { rule, change: { volumes: unknownItem }, property: "volumes[0]" },
      { rule, change: { volumes: [{ hostPath: UNKNOWN }] }, property: "volumes[0].hostPath" },
      { rule, change: { mounts: UNKNOWN }, property: "mounts" },
      { rule, change: { mounts: [{ type: "bind", source: UNKNOWN }] }, property: "mounts[0].source" },
      { rule, change: { mounts: [{ type: UNKNOWN, source: UNKNOWN }] }, property: "mounts[0].source" },
    ],
  ),
  {
    rule: "docker-volume-no-sensitive-host-path",
    kind: "volume",
    change: { driverOpts: UNKNOWN },
    property: "driverOpts",
  },
  {
    rule: "docker-volume-no-sensitive-host-path",
    kind: "volume",
    change: { driverOpts: { device: UNKNOWN } },
    property: "driverOpts.device",
  },
  { rule: "docker-container-ports-loopback", change: { ports: UNKNOWN }, property: "ports" },
  { rule: "docker-container-ports-loopback", change: { ports: unknownItem }, property: "ports[0]" },
  {
    rule: "docker-container-ports-loopback",
    change: { ports: [{ internal: 1, ip: UNKNOWN }] },
    property: "ports[0].ip",
  },
  { rule: "docker-container-ports-loopback", change: { publishAllPorts: UNKNOWN }, property: "publishAllPorts" },
  {
    rule: "docker-container-ports-loopback",
    change: { ports: [{ internal: 80 }], labels: UNKNOWN },
    property: "labels blueprint.exposure",
  },
  { rule: "docker-container-labels", change: { labels: UNKNOWN }, property: "labels blueprint.environment" },
  { rule: "docker-container-labels", change: { labels: unknownItem }, property: "labels blueprint.component" },
  {
    rule: "docker-container-labels",
    change: { labels: [{ label: UNKNOWN, value: "x" }] },
    property: "labels blueprint.version",
  },
  {
    rule: "docker-container-labels",
    change: { labels: labelsWith("blueprint.version", UNKNOWN) },
    property: "labels blueprint.version",
  },
  { rule: "docker-container-restart-bounded", change: { restart: UNKNOWN }, property: "restart" },
  { rule: "docker-container-restart-bounded", change: { mustRun: UNKNOWN }, property: "mustRun" },
  {
    rule: "docker-container-restart-bounded",
    change: { restart: "on-failure", maxRetryCount: UNKNOWN },
    property: "maxRetryCount",
  },
  { rule: "docker-container-log-bounded", change: { logOpts: UNKNOWN }, property: "logOpts" },
  { rule: "docker-container-log-bounded", change: { logOpts: { "max-size": UNKNOWN } }, property: "logOpts.max-size" },
  { rule: "docker-container-log-bounded", change: { logOpts: {}, logDriver: UNKNOWN }, property: "logDriver" },
  { rule: "docker-container-turn-grace", change: { labels: UNKNOWN }, property: "labels blueprint.turn-max-seconds" },
  {
    rule: "docker-container-turn-grace",
    change: { labels: labelsWith("blueprint.drain-margin-seconds", UNKNOWN) },
    property: "labels blueprint.drain-margin-seconds",
  },
  { rule: "docker-container-turn-grace", change: { stopTimeout: UNKNOWN }, property: "stopTimeout" },
  { rule: "docker-container-turn-grace", change: { destroyGraceSeconds: UNKNOWN }, property: "destroyGraceSeconds" },
  ...SERVICE_UNKNOWNS,
  { rule: "docker-container-image-pinned", change: { image: UNKNOWN }, property: "image" },
  { rule: "docker-remote-image-pinned", kind: "image", change: { name: UNKNOWN }, property: "name" },
  { rule: "docker-network-driver", kind: "network", change: { driver: UNKNOWN }, property: "driver" },
  { rule: "docker-network-not-attachable", kind: "network", change: { attachable: UNKNOWN }, property: "attachable" },
  {
    rule: "docker-stack-data-protected",
    kind: "volume",
    change: { labels: UNKNOWN },
    options: { protect: false },
    property: "labels blueprint.data",
  },
  {
    rule: "docker-stack-data-protected",
    kind: "volume",
    change: { labels: [] },
    options: { protect: false },
    beside: [componentThatKeeps(UNKNOWN)],
    property: "keeps",
  },
  { rule: "docker-stack-image-source", change: { image: UNKNOWN }, property: "image" },
  { rule: "docker-stack-user-network", change: { networkMode: UNKNOWN }, property: "networkMode" },
  { rule: "docker-stack-user-network", change: { networksAdvanced: UNKNOWN }, property: "networksAdvanced" },
  {
    rule: "docker-stack-user-network",
    change: { networksAdvanced: [{ name: UNKNOWN }] },
    property: "networksAdvanced",
  },
  { rule: "pulumi-resource-no-plaintext-secret", change: { adminPassword: UNKNOWN }, property: "adminPassword" },
  {
    rule: "pulumi-resource-no-plaintext-secret",
    change: {},
    options: { secretPaths: undefined },
    property: "every property",
  },
];
