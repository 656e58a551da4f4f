import { type ImageReference, LABEL_PREFIX, mebibytes, toMiB } from "../../core/index.ts";
import { PROXY, PROXY_STARTUP_SECONDS } from "../proxy.plan.ts";
import type { StandaloneContainer } from "./standalone.plan.ts";

interface ProxyInput {
  readonly name: string;
  readonly image: ImageReference;
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

/** The proxy as a container: its configuration comes as a variable, since its root is read-only. */
export function planProxy(input: ProxyInput): StandaloneContainer {
  return {
    name: input.name,
    networkAlias: input.name,
    key: PROXY.key,
    image: input.image,
    entrypoint: ["/bin/sh", "-c"],
    command: ['printf "%s" "$PROXY_CONFIGURATION" > /tmp/haproxy.cfg && exec haproxy -W -f /tmp/haproxy.cfg'],
    user: PROXY.user,
    environment: { PROXY_CONFIGURATION: input.configuration },
    secrets: {},
    mounts: [
      { kind: "memory", containerPath: "/tmp", sizeMiB: 16, options: ["noexec"], owner: PROXY.user },
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
    healthCheck: { ...PROXY.healthCheck, command: [...PROXY.healthCheck.command] },
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
    imageId: undefined,
    updateAutomatically: false,
    dnsServers: [],
    ports: [{ hostPort: input.bind.port, containerPort: PROXY.port, protocol: "tcp", address: input.bind.address }],
    limits: {
      cpuShares: 1024,
      cpu: PROXY.cpuLimit,
      cpuSet: undefined,
      memoryMiB: toMiB(PROXY.memoryLimit),
      memoryReservationMiB: toMiB(PROXY.memoryRequest),
      memoryAndSwapMiB: toMiB(PROXY.memoryLimit),
    },
    replacement: "in-place",
    after: [],
    startupSeconds: PROXY_STARTUP_SECONDS,
    batch: 0,
    gpus: 0,
  };
}
