import { formatCpu, manifestYaml } from "../../core/index.ts";
import type { MountPlan } from "../container.plan.ts";
import type { RestartPolicy } from "../container.settings.ts";
import { dockerLogging } from "../docker-logging.ts";
import { podmanSecretName } from "./docker-container.ts";
import type { StandaloneContainer, StandaloneHostPlan } from "./standalone.plan.ts";

/** A Docker host's containers as a Compose file (specification of 2023 or later); secrets are files beside it. */
export function composeFile(environment: string, name: string, host: StandaloneHostPlan): string {
  const { network, volumes, containers } = host;
  const secrets = [...new Set(containers.flatMap((one) => secretNames(environment, one)))];
  const head = [
    "# To start: docker compose up --detach --wait",
    ...(secrets.length > 0
      ? ["# Before that, each secret's value as a file of its own:", ...secrets.map((one) => `#   secrets/${one}`)]
      : []),
  ];
  const document = {
    name,
    services: Object.fromEntries(containers.map((container) => [container.name, serviceOf(environment, container)])),
    networks: {
      default: {
        name: network.name,
        driver: network.driver,
        driver_opts: network.options,
        ipam: { config: [{ subnet: network.subnet, gateway: network.gateway, ip_range: network.addressRange }] },
        labels: network.labels,
      },
    },
    volumes: Object.fromEntries(
      volumes.map((volume) => [
        volume.name,
        { name: volume.name, driver: volume.driver, driver_opts: volume.driverOptions, labels: volume.labels },
      ]),
    ),
    secrets: Object.fromEntries(secrets.map((one) => [one, { file: `./secrets/${one}` }])),
  };
  return `${head.join("\n")}\n${manifestYaml(document)}`;
}

function serviceOf(environment: string, container: StandaloneContainer) {
  const { healthCheck, limits } = container;
  const files = Object.entries(container.secrets).map(([variable, source]) => [
    `${variable}_FILE`,
    `/run/secrets/${podmanSecretName(environment, source)}`,
  ]);
  return {
    container_name: container.name,
    hostname: container.name,
    image: container.image.text,
    ...(container.entrypoint.length > 0 && { entrypoint: container.entrypoint.map(escaped) }),
    ...(container.command.length > 0 && { command: container.command.map(escaped) }),
    user: container.user,
    environment: Object.fromEntries(
      [...Object.entries(container.environment), ...files].map(([key = "", value = ""]) => [key, escaped(value)]),
    ),
    secrets: secretNames(environment, container),
    init: true,
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    networks: { default: { aliases: [container.networkAlias] } },
    ports: container.ports.map((port) => ({
      target: port.containerPort,
      published: `${port.hostPort}`,
      host_ip: port.address,
      protocol: port.protocol,
    })),
    volumes: container.mounts.flatMap(volumeOf),
    tmpfs: container.mounts.flatMap((mount) =>
      mount.kind === "memory" ? [`${mount.containerPath}:${tmpfsOptions(mount)}`] : [],
    ),
    healthcheck: {
      test: ["CMD", ...healthCheck.command],
      interval: `${healthCheck.intervalSeconds}s`,
      timeout: `${healthCheck.timeoutSeconds}s`,
      start_period: `${healthCheck.startPeriodSeconds}s`,
      retries: healthCheck.retries,
    },
    depends_on: Object.fromEntries(container.after.map((name) => [name, { condition: "service_healthy" }])),
    restart: restartOf(container.restart),
    logging: dockerLogging(container.logging),
    cpus: formatCpu(limits.cpu),
    cpu_shares: limits.cpuShares,
    ...(limits.cpuSet !== undefined && { cpuset: limits.cpuSet }),
    mem_limit: `${limits.memoryMiB}m`,
    mem_reservation: `${limits.memoryReservationMiB}m`,
    memswap_limit: `${limits.memoryAndSwapMiB}m`,
    stop_grace_period: `${container.stopGraceSeconds}s`,
    labels: container.labels,
  };
}

function secretNames(environment: string, { secrets }: StandaloneContainer): string[] {
  return [...new Set(Object.values(secrets).map((source) => podmanSecretName(environment, source)))];
}

/** Compose reads $ as the begin of a variable. */
function escaped(text: string): string {
  return text.replaceAll("$", () => "$$");
}

function volumeOf(mount: MountPlan) {
  switch (mount.kind) {
    case "volume":
      return [{ type: "volume", source: mount.volume, target: mount.containerPath }];
    case "folder":
      return [{ type: "bind", source: mount.hostPath, target: mount.containerPath, read_only: mount.mode === "ro" }];
    case "memory":
      return [];
  }
}

function tmpfsOptions(mount: Extract<MountPlan, { kind: "memory" }>): string {
  const [user, group = user] = mount.owner?.split(":") ?? [];
  const owner = user === undefined ? [] : [`uid=${user}`, `gid=${group}`];
  return [`size=${mount.sizeMiB}m`, ...mount.options, ...owner].join(",");
}

function restartOf(restart: RestartPolicy): string {
  switch (restart.kind) {
    case "never":
      return "no";
    case "on-failure":
      return `on-failure:${restart.maxRetries}`;
    case "always":
    case "unless-stopped":
      return restart.kind;
  }
}
