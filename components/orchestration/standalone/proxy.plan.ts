import { ImageReference, LABEL_PREFIX, mebibytes, milliCpu, toMiB, versions } from "../../core/index.ts";
import type { StandaloneContainer } from "./standalone.adapter.ts";

interface ProxyInput {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly bind: { readonly address: string; readonly port: number };
  /** Name of the certificate's file on the host, without `.pem`. */
  readonly certificate: string | undefined;
  readonly configuration: string;
  readonly stopGraceSeconds: number;
  readonly turnSeconds: number;
  readonly drainMarginSeconds: number;
}

/** Where the host keeps certificates. */
const CERTIFICATE_FOLDER = "/etc/flame/certificates";
/** User of HAProxy's official image. */
const PROXY_USER = "99:99";
const PROXY_PORT = 8080;
/** Memory for 2,000 connections with buffers of 64 KiB in each direction (HAProxy's own arithmetic), and the process. */
const PROXY_MEMORY = mebibytes(384);

/** The proxy as a container: its configuration comes as a variable, since its root is read-only. */
export function planProxy(input: ProxyInput): StandaloneContainer {
  return {
    name: input.name,
    networkAlias: input.name,
    key: "proxy",
    image: ImageReference.parse(versions.images.proxy),
    entrypoint: ["/bin/sh", "-c"],
    command: ['printf "%s" "$PROXY_CONFIGURATION" > /tmp/haproxy.cfg && exec haproxy -W -f /tmp/haproxy.cfg'],
    user: PROXY_USER,
    environment: { PROXY_CONFIGURATION: input.configuration },
    secrets: {},
    mounts: [
      { kind: "memory", containerPath: "/tmp", sizeMiB: 16, options: ["noexec"], owner: PROXY_USER },
      ...(input.certificate === undefined
        ? []
        : [
            {
              kind: "folder" as const,
              hostPath: `${CERTIFICATE_FOLDER}/${input.certificate}.pem`,
              containerPath: "/etc/haproxy/certificate.pem",
              mode: "ro" as const,
            },
          ]),
    ],
    healthCheck: {
      command: ["wget", "-q", "-O", "-", "http://127.0.0.1:8404/health"],
      intervalSeconds: 10,
      timeoutSeconds: 5,
      startPeriodSeconds: 5,
      retries: 3,
    },
    restart: { kind: "unless-stopped" },
    logging: { kind: "file", maxSize: mebibytes(10), maxFiles: 1 },
    stopGraceSeconds: input.stopGraceSeconds,
    labels: {
      ...input.labels,
      [`${LABEL_PREFIX}turn-max-seconds`]: `${input.turnSeconds}`,
      [`${LABEL_PREFIX}drain-margin-seconds`]: `${input.drainMarginSeconds}`,
      ...(input.bind.address.startsWith("127.") ? {} : { [`${LABEL_PREFIX}exposure`]: "lan" }),
    },
    dependsOn: [],
    updateAutomatically: false,
    dnsServers: [],
    ports: [{ hostPort: input.bind.port, containerPort: PROXY_PORT, protocol: "tcp", address: input.bind.address }],
    limits: {
      cpuShares: 1024,
      cpu: milliCpu(1000),
      cpuSet: undefined,
      memoryMiB: toMiB(PROXY_MEMORY),
      memoryReservationMiB: 128,
      memoryAndSwapMiB: toMiB(PROXY_MEMORY),
    },
    replacement: "in-place",
    after: [],
    startupSeconds: 35,
    gpus: 0,
  };
}
