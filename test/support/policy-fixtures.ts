import type { Resource } from "../../policies/rules/rule.ts";
import { GOOD_OBJECTS, OBJECT_TYPES } from "./kubernetes-fixtures.ts";

/** A container that every rule is content with. */
export const goodContainer = {
  image: "registry.example/agent:1.4.2",
  user: "10001:10001",
  privileged: false,
  readOnly: true,
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  memory: 512,
  memorySwap: 512,
  cpus: "1.5",
  healthcheck: { tests: ["CMD", "/bin/healthy"] },
  volumes: [{ volumeName: "data", containerPath: "/data" }],
  mounts: [{ type: "bind", source: "/srv/agent", target: "/srv" }],
  ports: [{ internal: 4111, external: 4111, ip: "127.0.0.1" }],
  envs: ["LOG_LEVEL=info", "TOKEN_FILE=/run/secrets/token"],
  labels: [
    { label: "blueprint.environment", value: "dev" },
    { label: "blueprint.component", value: "agent" },
    { label: "blueprint.version", value: "0.1.0" },
    { label: "blueprint.turn-max-seconds", value: "180" },
  ],
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m" },
  stopTimeout: 185,
  destroyGraceSeconds: 185,
  networksAdvanced: [{ name: "flame-net" }],
};

const goodImage = { name: "registry.example/agent@sha256:0123456789abcdef" };
export const goodNetwork = { name: "flame-net", driver: "bridge" };
export const goodVolume = {
  name: "data",
  driverOpts: { type: "none", device: "/srv/flame", o: "bind" },
  labels: [{ label: "blueprint.data", value: "persistent" }],
};

/** A Swarm's service that every rule is content with. */
const goodService = {
  name: "flame-staging-agent",
  labels: [{ label: "blueprint.turn-max-seconds", value: "180" }],
  updateConfig: { failureAction: "rollback", order: "start-first" },
  taskSpec: {
    containerSpec: {
      image: "registry.example/agent:1.4.2",
      env: { LOG_LEVEL: "info", FLAME_ACCESS_TOKEN_FILE: "/run/secrets/token" },
      stopGracePeriod: "3m5s",
    },
  },
};

const TYPES = {
  container: "docker:index/container:Container",
  image: "docker:index/remoteImage:RemoteImage",
  network: "docker:index/network:Network",
  service: "docker:index/service:Service",
  volume: "docker:index/volume:Volume",
  ...OBJECT_TYPES,
};

export type Kind = keyof typeof TYPES;

const GOOD: Readonly<Record<Kind, Readonly<Record<string, unknown>>>> = {
  container: goodContainer,
  image: goodImage,
  network: goodNetwork,
  service: goodService,
  volume: goodVolume,
  ...GOOD_OBJECTS,
};

/** A resource that every rule is content with, but for the given properties; `undefined` takes one away. */
export function policyResource(
  kind: Kind,
  changes: Readonly<Record<string, unknown>> = {},
  options: Partial<Resource> = {},
): Resource {
  const properties = Object.entries({ ...GOOD[kind], ...changes }).filter(([, value]) => value !== undefined);
  return {
    urn: `urn:pulumi:dev::shop::${TYPES[kind]}::the-${kind}`,
    type: TYPES[kind],
    name: `the-${kind}`,
    properties: Object.fromEntries(properties),
    protect: true,
    secretPaths: new Set(),
    sourceTypes: {},
    ...options,
  };
}

/** A component that says which of its children hold data that must last. */
export function componentThatKeeps(keeps: unknown): Resource {
  const type = "blueprint:topology:LocalPodman";
  const urn = `urn:pulumi:dev::shop::${type}::flame`;
  return { urn, type, name: "flame", properties: { keeps }, protect: false, secretPaths: new Set(), sourceTypes: {} };
}
