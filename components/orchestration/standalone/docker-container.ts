import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { ContainerPlan, MountPlan, NetworkPlan, SecretSource, VolumePlan } from "../container.plan.ts";
import type { Logging, RestartPolicy } from "../container.settings.ts";

/** Gives a secret's value to a container without showing it. */
export type ResolveSecret = (source: SecretSource) => pulumi.Output<string>;

/** What differs between engines that speak Docker's interface. */
export type EngineKind = "podman" | "docker";

/** Arguments of the container's Pulumi resource, from its plan. */
export function dockerContainerArgs(
  plan: ContainerPlan,
  engine: EngineKind,
  network: pulumi.Input<string>,
  resolveSecret: ResolveSecret,
): docker.ContainerArgs {
  return {
    name: plan.name,
    hostname: plan.name,
    image: plan.image.text,
    command: plan.command.length > 0 ? [...plan.command] : undefined,
    user: plan.user,
    envs: [
      ...Object.entries(plan.environment).map(([name, value]) => `${name}=${value}`),
      ...Object.entries(plan.secrets).map(([name, source]) =>
        resolveSecret(source).apply((value) => `${name}=${value}`),
      ),
    ],
    readOnly: true,
    init: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    cpuShares: plan.limits.cpuShares,
    cpuPeriod: plan.limits.cpuPeriodMicroseconds,
    cpuQuota: plan.limits.cpuQuotaMicroseconds,
    cpuSet: plan.limits.cpuSet,
    memory: plan.limits.memoryMiB,
    memoryReservation: plan.limits.memoryReservationMiB,
    memorySwap: plan.limits.memoryAndSwapMiB,
    healthcheck: {
      tests: ["CMD", ...plan.healthCheck.command],
      interval: `${plan.healthCheck.intervalSeconds}s`,
      timeout: `${plan.healthCheck.timeoutSeconds}s`,
      startPeriod: `${plan.healthCheck.startPeriodSeconds}s`,
      retries: plan.healthCheck.retries,
    },
    ports: plan.ports.map((port) => ({
      internal: port.containerPort,
      external: port.hostPort,
      ip: port.address,
      protocol: port.protocol,
    })),
    volumes: plan.mounts.flatMap(volumeOf),
    tmpfs: tmpfsOf(plan.mounts),
    ...restartOf(plan.restart),
    ...loggingOf(plan.logging, engine, plan.name),
    labels: labelList(plan.labels),
    networksAdvanced: [{ name: network, aliases: [plan.name] }],
    dns: plan.dnsServers.length > 0 ? [...plan.dnsServers] : undefined,
    stopTimeout: plan.stopGraceSeconds,
    destroyGraceSeconds: plan.stopGraceSeconds,
  };
}

/** Arguments of the network's Pulumi resource, from its plan. */
export function dockerNetworkArgs(plan: NetworkPlan): docker.NetworkArgs {
  return {
    name: plan.name,
    driver: "bridge",
    ipamConfigs: [{ subnet: plan.subnet, gateway: plan.gateway }],
    options: { ...plan.options },
    labels: labelList(plan.labels),
  };
}

/** Arguments of a volume's Pulumi resource, from its plan. */
export function dockerVolumeArgs(plan: VolumePlan): docker.VolumeArgs {
  return {
    name: plan.name,
    driver: "local",
    driverOpts: plan.device && bindOptions(plan.device),
    labels: labelList(plan.labels),
  };
}

/** Options with which the `local` driver binds a folder of the host: the way to mount options that both engines know. */
export function bindOptions(device: NonNullable<VolumePlan["device"]>) {
  return { type: "none", device: device.hostPath, o: ["bind", ...device.options].join(",") };
}

/** Options of a memory mount, as engines take them. */
export function tmpfsOptions(mount: Extract<MountPlan, { kind: "memory" }>): string {
  return [`size=${mount.sizeMiB}m`, ...mount.options].join(",");
}

function volumeOf(mount: MountPlan): docker.types.input.ContainerVolume[] {
  switch (mount.kind) {
    case "volume":
      return [{ volumeName: mount.volume, containerPath: mount.containerPath }];
    case "folder":
      return [{ hostPath: mount.hostPath, containerPath: mount.containerPath, readOnly: mount.mode === "ro" }];
    case "memory":
      return [];
  }
}

function tmpfsOf(mounts: readonly MountPlan[]): Record<string, string> {
  return Object.fromEntries(
    mounts.flatMap((mount) => (mount.kind === "memory" ? [[mount.containerPath, tmpfsOptions(mount)]] : [])),
  );
}

function restartOf(restart: RestartPolicy): Pick<docker.ContainerArgs, "restart" | "maxRetryCount"> {
  switch (restart.kind) {
    case "never":
      return { restart: "no" };
    case "on-failure":
      return { restart: "on-failure", maxRetryCount: restart.maxRetries };
    case "always":
    case "unless-stopped":
      return { restart: restart.kind };
  }
}

function loggingOf(
  logging: Logging,
  engine: EngineKind,
  name: string,
): Pick<docker.ContainerArgs, "logDriver" | "logOpts"> {
  switch (logging.kind) {
    case "file":
      return engine === "podman"
        ? { logDriver: "k8s-file", logOpts: { "max-size": `${logging.maxSize}` } }
        : { logDriver: "json-file", logOpts: { "max-size": `${logging.maxSize}`, "max-file": `${logging.maxFiles}` } };
    case "journald":
      return { logDriver: "journald", logOpts: { tag: logging.tag ?? name } };
    case "none":
      return { logDriver: "none" };
  }
}

function labelList(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
