import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { formatCpu, LABEL_PREFIX, type MilliCpu, platformName } from "../../core/index.ts";
import type {
  ContainerPlan,
  MemoryMountPlan,
  MountPlan,
  NetworkPlan,
  SecretSource,
  VolumePlan,
} from "../container.plan.ts";
import type { Logging, RestartPolicy } from "../container.settings.ts";
import { keepingOptions } from "../resource-kinds.ts";

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
    entrypoints: plan.entrypoint.length > 0 ? [...plan.entrypoint] : undefined,
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
    securityOpts: ["no-new-privileges"],
    cpuShares: plan.limits.cpuShares,
    cpus: decimalCores(plan.limits.cpu),
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
    tmpfs: tmpfsOf(plan.mounts, engine),
    ...restartOf(plan.restart),
    ...loggingOf(plan.logging, engine),
    labels: labelList({
      ...plan.labels,
      ...imageLabel(plan),
      ...variablesLabel(plan),
      ...fixedLabel(engine, logOptions(plan.logging, engine)),
    }),
    networksAdvanced: [{ name: network, aliases: [plan.networkAlias] }],
    dns: plan.dnsServers.length > 0 ? [...plan.dnsServers] : undefined,
    stopTimeout: plan.stopGraceSeconds,
    destroyGraceSeconds: plan.stopGraceSeconds,
  };
}

/**
 * Options of the container's Pulumi resource: what an update can't change, or reports changed without changing it, replaces
 * the container; what an engine reports in its own words isn't compared (seen with provider 5.2.0, Docker 20.10, Podman 4.3).
 */
export function dockerContainerOptions(engine: EngineKind): pulumi.CustomResourceOptions {
  const neverUpdated = ["healthcheck", "tmpfs", "init"];
  // Podman has no call that updates a container.
  const neverUpdatedByPodman = [
    "memory",
    "memorySwap",
    "memoryReservation",
    "cpuShares",
    "cpuSet",
    "restart",
    "maxRetryCount",
  ];
  return {
    // Name and port are taken until the old container is gone.
    deleteBeforeReplace: true,
    replaceOnChanges: engine === "podman" ? [...neverUpdated, ...neverUpdatedByPodman] : neverUpdated,
    ignoreChanges: engine === "podman" ? ["capabilities", "logOpts"] : [],
  };
}

/** Arguments of the network's Pulumi resource, from its plan. */
export function dockerNetworkArgs(plan: NetworkPlan, engine: EngineKind): docker.NetworkArgs {
  return {
    name: plan.name,
    driver: plan.driver,
    ipamConfigs: [{ subnet: plan.subnet, gateway: plan.gateway, ipRange: plan.addressRange }],
    ...(engine === "podman" && { ipamOptions: { driver: "host-local" } }),
    options: { ...plan.options },
    labels: labelList(plan.labels),
  };
}

/** Options of the network's Pulumi resource: Podman doesn't report a network's options, so they aren't compared with it. */
export function dockerNetworkOptions({ options }: NetworkPlan, engine: EngineKind): pulumi.CustomResourceOptions {
  const { ignoreChanges } = keepingOptions("docker:index/network:Network", false);
  return {
    deleteBeforeReplace: true,
    ignoreChanges: [...ignoreChanges, ...(engine === "podman" ? ["options"] : [])],
    ...(engine === "podman" && { replacementTrigger: { ...options } }),
  };
}

/** Arguments of a volume's Pulumi resource, from its plan. */
export function dockerVolumeArgs(plan: VolumePlan): docker.VolumeArgs {
  return {
    name: plan.name,
    driver: plan.driver,
    ...(Object.keys(plan.driverOptions).length > 0 && { driverOpts: { ...plan.driverOptions } }),
    labels: labelList(plan.labels),
  };
}

/** Name under which a secret is kept in Podman's own store, for manifests that can only name it. */
export function podmanSecretName(environment: string, source: SecretSource): string {
  // A secret of the user's may have the same name as a generated one.
  const name = source.kind === "generated" ? `generated-${source.name}` : kebab(source.name);
  return platformName("kubernetes", "flame", environment, name);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Cores in the form in which the provider reads them back: always with a decimal. */
function decimalCores(cpu: MilliCpu): string {
  const cores = formatCpu(cpu);
  return cores.includes(".") ? cores : `${cores}.0`;
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

/** Memory mounts with their options, by path, in the words in which the engine reports them. */
export function tmpfsOf(mounts: readonly MountPlan[], engine: EngineKind): Record<string, string> {
  return Object.fromEntries(
    mounts.flatMap((mount) => (mount.kind === "memory" ? [[mount.containerPath, tmpfsOptions(mount, engine)]] : [])),
  );
}

/** Options of a memory mount, in the words in which the engine reports them. Both always have nosuid and nodev. */
function tmpfsOptions(mount: MemoryMountPlan, engine: EngineKind): string {
  const asked = [`size=${mount.sizeMiB}m`, ...mount.options];
  switch (engine) {
    case "podman":
      // The mount takes its owner from the image's folder (tmpcopyup).
      return [...asked, "rw", "rprivate", "nosuid", "nodev", "tmpcopyup"].join(",");
    case "docker":
      return [...asked, "nosuid", "nodev", ...(mount.owner === undefined ? [] : ownerOptions(mount.owner))].join(",");
  }
}

function ownerOptions(owner: string): string[] {
  const [user, group = user] = owner.split(":");
  return [`uid=${user}`, `gid=${group}`];
}

/** What isn't compared with the engine still counts: a label changes with it, and a changed label replaces the object. */
function fixedLabel(engine: EngineKind, notCompared: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(notCompared);
  if (engine === "docker" || entries.length === 0) return {};
  return { [`${LABEL_PREFIX}fixed`]: entries.map(([name, value]) => `${name}=${value}`).join(",") };
}

/** An image built anew under its old name is another one: the label changes with it, and the container with the label. */
function imageLabel({ imageId }: ContainerPlan): Record<string, string> {
  return imageId === undefined ? {} : { [`${LABEL_PREFIX}image-id`]: imageId };
}

/**
 * What a process is told, where a secret is among it: the provider then hides all of its variables in the state, and a plan
 * could tell none of them from what is there. Of a secret it says which one it is, and not what is in it.
 */
function variablesLabel({ environment, secrets }: ContainerPlan): Record<string, string> {
  if (Object.keys(secrets).length === 0) return {};
  const told = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const hidden = Object.entries(secrets).map(([name, source]) => `${name} is the ${source.kind} secret ${source.name}`);
  return { [`${LABEL_PREFIX}variables`]: [...told, ...hidden].join("\n") };
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

function loggingOf(logging: Logging, engine: EngineKind): Pick<docker.ContainerArgs, "logDriver" | "logOpts"> {
  // Podman's name for its own file driver is k8s-file, but it reports json-file.
  const drivers = { file: "json-file", journald: "journald", none: "none" } as const;
  return { logDriver: drivers[logging.kind], logOpts: logOptions(logging, engine) };
}

function logOptions(logging: Logging, engine: EngineKind): Record<string, string> {
  switch (logging.kind) {
    case "file":
      return { "max-size": `${logging.maxSize}`, ...(engine === "docker" && { "max-file": `${logging.maxFiles}` }) };
    case "journald":
      return logging.tag === undefined ? {} : { tag: logging.tag };
    case "none":
      return {};
  }
}

function labelList(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
