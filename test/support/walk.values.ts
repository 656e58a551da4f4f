import { PODMAN } from "./environment.ts";
import type { LeafValues, World } from "./walk.world.ts";

/** What the walk can't derive from the schema: documents in which a leaf exists, and values that are legal there. */

/** A machine with room, so that a larger figure of one setting breaks no other. */
const ROOMY_DESKTOP = {
  topology: { kind: "local-podman", engine: PODMAN },
  resources: {
    host: { cpu: "32", memory: "64GiB", disk: "512GiB" },
    engine: { cpu: "16", memory: "32GiB" },
  },
  containers: {
    cache: { image: "registry.example/team/cache:7.4.1", healthCheck: { command: ["cache", "ping"] } },
    worker: { image: "registry.example/team/worker:1.0.0", healthCheck: { command: ["worker", "ping"] } },
  },
} as const;

/** Entries of lists whose own leaves are walked; the last entry is the one that changes. */
const LISTS: Readonly<Record<string, readonly object[]>> = {
  "agent.ports": [{ hostPort: 4111 }, { hostPort: 4112, containerPort: 4112 }],
  "agent.model.fallbacks": [{ baseUrl: "https://other.example/v1", name: "small" }],
  "agent.volumes": [{ hostPath: "/srv/flame/documents", containerPath: "/documents" }],
  "containers.*.ports": [{ hostPort: 6379, containerPort: 6379 }],
  "containers.*.volumes": [{ hostPath: "/srv/flame/cache", containerPath: "/cache" }],
};

/** What a variant needs beside its `kind`: settings of its own, by their paths. */
const VARIANTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "topology.storage.kind=bind": { "topology.storage.hostPath": "/srv/flame/data" },
  "agent.updates.kind=automatic": {
    "agent.image": "registry.example/team/flame-agent:1.2.0",
    "agent.updates.schedule": "30 3 * * 0",
  },
  "agent.authentication.kind=bearer": { "agent.authentication.token.secret": "accessToken" },
  "agent.database.kind=external": {
    "agent.database.host": "database.example.com",
    "agent.database.password.secret": "databasePassword",
  },
  "agent.authentication.kind=jwt": {
    "agent.authentication.keysUrl": "https://id.example/keys",
    "agent.authentication.issuer": "https://id.example",
    "agent.authentication.audience": "flame",
  },
  "agent.fetching.kind=hosts": { "agent.fetching.hosts": ["files.example"] },
  "agent.tracing.kind=otlp": { "agent.tracing.endpoint": "http://collector.example:4318" },
  "agent.model.kind=openai-compatible": {
    "agent.model.baseUrl": "https://models.example/v1",
    "agent.model.name": "gpt-5-mini",
    "agent.model.apiKey.secret": "modelApiKey",
  },
};

const ONE_DESKTOP = { "scaling.preset": "minimal" } as const;

/** Values by a leaf's path, or by `path=kind` for the choice of a variant. */
const VALUES: Readonly<Record<string, LeafValues>> = {
  "topology.kind=local-podman": { changed: "web", refusedAt: ["topology.kind"] },
  "topology.kind=web": { changed: "web", refusedAt: ["topology.kind"] },
  "topology.engine.kind": { base: "podman", changed: "docker" },
  "topology.engine.socket": { base: "/run/podman/podman.sock", changed: "/run/user/1000/podman/podman.sock" },
  "topology.engine.apiVersion": { changed: "1.43" },
  "topology.network.name": { changed: "other" },
  "topology.network.subnet": { changed: "10.90.0.0/24" },
  "topology.network.dnsServers": { base: [], changed: ["9.9.9.9"] },
  "topology.storage.name": { changed: "other-data" },
  "topology.storage.hostPath": { changed: "/srv/flame/other" },
  "topology.storage.mountOptions": { changed: ["noexec", "noatime"] },
  "agent.image": { changed: "registry.example/team/flame-agent:1.2.0" },
  "agent.updates.schedule": { changed: "15 4 * * 1" },
  "agent.ports[].address": { changed: "127.0.0.2" },
  "agent.authentication.token.secret": { base: "accessToken", changed: "otherToken" },
  "agent.authentication.tenantTokens.secret": { base: "tenantTokens", changed: "otherTokens" },
  "agent.authentication.keysUrl": { changed: "https://other.example/keys" },
  "agent.authentication.issuer": { changed: "https://other.example" },
  "agent.authentication.audience": { changed: "other" },
  "agent.authentication.tenantClaim": { changed: "organisation" },
  "agent.authentication.userClaim": { changed: "uid" },
  "agent.authentication.operatorToken.secret": { base: "operatorToken", changed: "otherToken" },
  "agent.allowedHosts": { base: [], changed: ["agent.example"] },
  "agent.fetching.hosts": { changed: ["files.example", "cdn.example:8443"] },
  "agent.fetching.mediaTypes": { changed: ["image/png"] },
  "agent.allowedOrigins": { base: [], changed: ["https://app.example"] },
  "agent.tracing.endpoint": { changed: "http://other.example:4318" },
  "agent.tracing.token.secret": { base: "collectorToken", changed: "otherToken" },
  "agent.volumes[].hostPath": { changed: "/srv/flame/other" },
  "agent.volumes[].containerPath": { changed: "/other" },
  "agent.environment": { base: {}, changed: { TZ: "Europe/Berlin" } },
  "agent.healthCheck.command": { changed: ["node", "other.ts"] },
  // Podman keeps one file, so only Docker shows this setting's effect.
  "agent.logging.maxFiles": { changed: 3, beside: { "topology.engine.kind": "docker" } },
  "agent.logging.tag": { changed: "other" },
  "agent.resources.cpuSet": { changed: "0-3" },
  "agent.database.image": { changed: "registry.example/team/postgresql:17.2" },
  "agent.database.name": { changed: "other" },
  "agent.database.password.secret": { base: "databasePassword", changed: "otherPassword" },
  "agent.database.host": { changed: "other.example.com" },
  "agent.database.user": { changed: "other" },
  "agent.database.volumeName": { changed: "other-postgresql" },
  "agent.database.resources.cpuSet": { changed: "0-3" },
  "agent.model.baseUrl": { changed: "https://other.example/v1" },
  "agent.model.name": { changed: "other" },
  "agent.model.apiKey.secret": { base: "modelApiKey", changed: "otherKey" },
  "agent.model.fallbacks[].baseUrl": { changed: "https://another.example/v1" },
  "agent.model.fallbacks[].name": { changed: "other" },
  "agent.model.fallbackApiKeys.secret": {
    base: "fallbackKeys",
    changed: "otherKeys",
    beside: { "agent.model.fallbacks": [{ baseUrl: "https://other.example/v1", name: "small" }] },
  },
  "turns.stopGraceSeconds": { base: 190, changed: 200 },
  "scaling.preset": { base: "minimal", changed: "scale-to-zero", refusedAt: ["scaling.replicas.min"] },
  "scaling.replicas.min": { base: 1, changed: 0, beside: ONE_DESKTOP, refusedAt: ["scaling.idleStopAfter"] },
  "scaling.replicas.max": { base: 1, changed: 2, beside: ONE_DESKTOP, refusedAt: ["scaling.replicas.max"] },
  "scaling.idleStopAfter": { changed: "30m", refusedAt: ["scaling.idleStopAfter"] },
  "regions.preset": { base: "single", changed: "two-region", refusedAt: ["regions.preset"] },
  "regions.names": { base: [], changed: ["eu-central-1"], refusedAt: ["regions.names"] },
  "resources.engine.machineMemory": { changed: "41GiB", refusedAt: ["resources.engine.machineMemory"] },
  "resources.reconciliation.intervalSeconds": { changed: 60, refusedAt: ["resources.reconciliation.intervalSeconds"] },
  "desktop.ipcChannel": { changed: "flame:other" },
  "monitoring.status.metricsPath": { changed: "/other" },
  "monitoring.host.metrics": { changed: ["cpu", "network"] },
  "containers.*.image": { changed: "registry.example/team/other:1.0.0" },
  "containers.*.entrypoint": { base: [], changed: ["/bin/serve"] },
  "containers.*.command": { base: [], changed: ["--port", "6379"] },
  "containers.*.user": { changed: "999:999" },
  "containers.*.environment": { base: {}, changed: { LOG_LEVEL: "info" } },
  "containers.*.ports[].address": { changed: "127.0.0.2" },
  "containers.*.volumes[].hostPath": { changed: "/srv/flame/other" },
  "containers.*.volumes[].containerPath": { changed: "/other" },
  "containers.*.writablePaths": { base: [], changed: ["/var/cache"] },
  "containers.*.healthCheck.command": { changed: ["worker", "other"] },
  "containers.*.logging.maxFiles": { changed: 3, beside: { "topology.engine.kind": "docker" } },
  "containers.*.logging.tag": { changed: "other" },
  "containers.*.resources.cpuSet": { changed: "0-3" },
  "containers.*.dependsOn": { base: [], changed: ["cache"] },
  labels: { base: {}, changed: { team: "assistants" } },
};

/** A desktop: every leaf but those of servers. */
export const DESKTOP_WORLD: World = {
  base: ROOMY_DESKTOP,
  has: ({ variants }) => !variants.includes("topology.kind=remote-server"),
  lists: LISTS,
  variants: VARIANTS,
  values: VALUES,
};
