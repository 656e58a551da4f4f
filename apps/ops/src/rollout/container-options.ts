import type { ContainerCreateOptions } from "dockerode";
import { type MountPlan, type StandaloneContainer, tmpfsOf } from "../../../../components/orchestration/index.ts";

const MIB = 1024 ** 2;
const NANO_PER_SECOND = 1_000_000_000;
const NANO_PER_MILLI_CPU = 1_000_000;

/** A container in the words of Docker's interface, as Pulumi's provider would make it. */
export function containerOptions(
  container: StandaloneContainer,
  engine: "podman" | "docker",
  network: string,
  secrets: Readonly<Record<string, string>>,
): ContainerCreateOptions {
  const { healthCheck, limits, ports } = container;
  const portKey = (port: StandaloneContainer["ports"][number]) => `${port.containerPort}/${port.protocol}`;
  return {
    name: container.name,
    Hostname: container.name,
    Image: container.image.text,
    ...(container.entrypoint.length > 0 && { Entrypoint: [...container.entrypoint] }),
    ...(container.command.length > 0 && { Cmd: [...container.command] }),
    User: container.user,
    Env: [...Object.entries(container.environment), ...Object.entries(secrets)].map(
      ([name, value]) => `${name}=${value}`,
    ),
    Labels: { ...container.labels },
    StopTimeout: container.stopGraceSeconds,
    Healthcheck: {
      Test: ["CMD", ...healthCheck.command],
      Interval: healthCheck.intervalSeconds * NANO_PER_SECOND,
      Timeout: healthCheck.timeoutSeconds * NANO_PER_SECOND,
      StartPeriod: healthCheck.startPeriodSeconds * NANO_PER_SECOND,
      Retries: healthCheck.retries,
    },
    ExposedPorts: Object.fromEntries(ports.map((port) => [portKey(port), {}])),
    HostConfig: {
      ReadonlyRootfs: true,
      Init: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      Binds: container.mounts.flatMap(bindOf),
      Tmpfs: tmpfsOf(container.mounts, engine),
      NanoCpus: limits.cpu * NANO_PER_MILLI_CPU,
      CpuShares: limits.cpuShares,
      ...(limits.cpuSet !== undefined && { CpusetCpus: limits.cpuSet }),
      Memory: limits.memoryMiB * MIB,
      MemoryReservation: limits.memoryReservationMiB * MIB,
      MemorySwap: limits.memoryAndSwapMiB * MIB,
      PortBindings: Object.fromEntries(
        ports.map((port) => [portKey(port), [{ HostIp: port.address, HostPort: `${port.hostPort}` }]]),
      ),
      RestartPolicy: restartOf(container.restart),
      LogConfig: logOf(container.logging, engine),
      NetworkMode: network,
    },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [container.networkAlias] } } },
  };
}

/** The same where no client's request reaches it: under another name, known to no proxy, and ended by its first crash. */
export function trialOptions(options: ContainerCreateOptions, name: string): ContainerCreateOptions {
  return {
    ...options,
    name,
    Hostname: name,
    ExposedPorts: {},
    HostConfig: { ...options.HostConfig, PortBindings: {}, RestartPolicy: { Name: "no" } },
    NetworkingConfig: {
      EndpointsConfig: Object.fromEntries(
        Object.keys(options.NetworkingConfig?.EndpointsConfig ?? {}).map((network) => [network, { Aliases: [name] }]),
      ),
    },
  };
}

function bindOf(mount: MountPlan): string[] {
  switch (mount.kind) {
    case "volume":
      return [`${mount.volume}:${mount.containerPath}`];
    case "folder":
      return [`${mount.hostPath}:${mount.containerPath}:${mount.mode}`];
    case "memory":
      return [];
  }
}

function restartOf(restart: StandaloneContainer["restart"]) {
  switch (restart.kind) {
    case "never":
      return { Name: "no" };
    case "on-failure":
      return { Name: "on-failure", MaximumRetryCount: restart.maxRetries };
    case "always":
    case "unless-stopped":
      return { Name: restart.kind };
  }
}

function logOf(logging: StandaloneContainer["logging"], engine: "podman" | "docker") {
  switch (logging.kind) {
    case "file": {
      const files = engine === "docker" ? { "max-file": `${logging.maxFiles}` } : {};
      return { Type: "json-file", Config: { "max-size": `${logging.maxSize}`, ...files } };
    }
    case "journald":
      return { Type: "journald", Config: logging.tag === undefined ? {} : { tag: logging.tag } };
    case "none":
      return { Type: "none", Config: {} };
  }
}
