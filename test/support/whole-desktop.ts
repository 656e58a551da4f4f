import { type Document, PODMAN } from "./environment.ts";

/** A desktop that uses every part of the blueprint: database, secrets, further containers, folders, labels. */
export const WHOLE_DESKTOP: Document = {
  topology: {
    kind: "local-podman",
    engine: PODMAN,
    network: { name: "flame", subnet: "10.89.42.0/24", dnsServers: ["9.9.9.9", "1.1.1.1"] },
    storage: { kind: "volume", name: "flame-data", persistent: true },
  },
  resources: {
    host: { cpu: "32", memory: "64GiB", disk: "512GiB" },
    engine: { cpu: "16", memory: "32GiB" },
  },
  agent: {
    image: "registry.example/team/flame-agent:1.2.0",
    ports: [{ hostPort: 4111 }, { hostPort: 4112, containerPort: 4112, address: "0.0.0.0" }],
    authentication: { kind: "bearer", token: { secret: "accessToken" } },
    volumes: [{ hostPath: "/srv/flame/documents", containerPath: "/documents" }],
    environment: { TZ: "Europe/Berlin", LANG: "C.UTF-8" },
    database: { kind: "postgresql", password: { secret: "databasePassword" } },
    model: {
      kind: "openai-compatible",
      baseUrl: "https://models.example/v1",
      name: "gpt-5-mini",
      apiKey: { secret: "modelApiKey" },
    },
  },
  containers: {
    cache: {
      image: "registry.example/team/cache:7.4.1",
      environment: { LOG_LEVEL: "info", APPEND_ONLY: "yes" },
      healthCheck: { command: ["cache", "ping"] },
    },
    worker: {
      image: "registry.example/team/worker:1.0.0",
      healthCheck: { command: ["worker", "ping"] },
      dependsOn: ["cache", "agent"],
      writablePaths: ["/var/cache"],
      ports: [{ hostPort: 9000, containerPort: 9000 }],
    },
    archive: {
      image: "registry.example/team/archive:1.0.0",
      healthCheck: { command: ["archive", "ping"] },
      volumes: [{ hostPath: "/srv/flame/archive", containerPath: "/archive", mode: "rw" }],
    },
  },
  labels: { team: "assistants", "cost.centre": "42" },
};

/** The same one, whose agent Podman keeps up to date: for units of systemd, since Pulumi's program refuses it. */
export const UPDATED_DESKTOP: Document = {
  ...WHOLE_DESKTOP,
  agent: { ...Object(WHOLE_DESKTOP.agent), updates: { kind: "automatic", schedule: "30 3 * * 0" } },
};
