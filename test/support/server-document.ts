/** Three hosts in three zones, as a server's document says them: enough of everything for a small environment. */
export const SERVER_HOSTS = ["a", "b", "c"].map((zone, index) => ({
  name: `node-${index + 1}`,
  address: `10.0.0.1${index}`,
  cpu: "8",
  memory: "32GiB",
  disk: "256GiB",
  labels: { zone },
}));

/** An agent that every orchestrator takes: it may be reached from elsewhere, by whoever has the token. */
export const SERVER_AGENT = {
  image: "registry.example/team/flame-agent:1.2.0",
  ports: [{ hostPort: 8080, address: "0.0.0.0" }],
  authentication: { kind: "bearer", token: { secret: "accessToken" } },
  database: { kind: "postgresql" },
} as const;
