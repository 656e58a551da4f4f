/** Every version that is not in `package.json`: images, engine interfaces, file formats. The one place to raise them. */
export const versions = {
  /** Version of the blueprint, carried by the `blueprint.version` label. */
  blueprint: "0.1.0",
  images: {
    /** The flame agent as `apps/flame-agent/image` builds it into the engine's own store. */
    flameAgent: "localhost/flame-agent:0.1.0",
    /** PostgreSQL with pgvector (HNSW needs pgvector 0.8 or later). */
    postgresql: "docker.io/pgvector/pgvector:0.8.1-pg17",
    /** HAProxy, long-term support: the proxy of standalone hosts. */
    proxy: "docker.io/library/haproxy:3.0.8-alpine",
    /** kubectl, as the Kubernetes project publishes it: tells an autoscaler of a schedule's windows. */
    kubectl: "registry.k8s.io/kubectl:v1.32.0",
  },
  /** Docker's engine interface: 1.41 is served by Docker 20.10 and by Podman 4. */
  engineApi: "1.41",
  /** Format of `client.json`; raised when a connector of the older format would misread it. */
  clientFile: 1,
  /** Format of `desktop.json`; raised when a connector of the older format would misread it. */
  desktopFile: 1,
} as const;
