import { createHash } from "node:crypto";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { sortedByName } from "../../core/index.ts";
import { keepingOptions } from "../resource-kinds.ts";
import {
  convergeSeconds,
  type SwarmChange,
  type SwarmConfig,
  type SwarmMount,
  type SwarmNetwork,
  type SwarmSecret,
  type SwarmService,
} from "./swarm.plan.ts";

/** What a service is connected with once it is made. */
export interface SwarmConnections {
  readonly network: pulumi.Input<string>;
  /** Made secrets and configs by their planned names. */
  readonly secrets: ReadonlyMap<string, docker.Secret>;
  readonly configs: ReadonlyMap<string, docker.ServiceConfig>;
}

const NANO_PER_MILLI = 1_000_000;
const HASH_LENGTH = 8;

/** Arguments of the overlay network's Pulumi resource. */
export function swarmNetworkArgs(network: SwarmNetwork): docker.NetworkArgs {
  return {
    name: network.name,
    driver: "overlay",
    attachable: network.attachable,
    internal: network.internal,
    ipamConfigs: [{ subnet: network.subnet, gateway: network.gateway, ipRange: network.addressRange }],
    ...(Object.keys(network.options).length > 0 && { options: { ...network.options } }),
    labels: labelList(network.labels),
  };
}

/**
 * Options of the overlay network's Pulumi resource: the engine adds an option of its own, which isn't to be taken away.
 * Another network of the same name or addresses can't be made before the old one is gone.
 */
export function swarmNetworkOptions({ options }: SwarmNetwork): pulumi.CustomResourceOptions {
  const { ignoreChanges } = keepingOptions("docker:index/network:Network", false);
  const asked = Object.keys(options).length > 0;
  return {
    ignoreChanges: [...ignoreChanges, ...(asked ? ["options"] : [])],
    // What isn't compared still counts.
    replacementTrigger: { ...options },
    deleteBeforeReplace: true,
  };
}

/** Arguments of a secret's Pulumi resource: another value or label gets another name, since a Swarm's secret can't be changed. */
export function swarmSecretArgs(
  { name, labels, ownLabels }: SwarmSecret,
  value: pulumi.Output<string>,
): docker.SecretArgs {
  const hash = value.apply((text) => {
    const digest = createHash("sha256").update(text);
    if (Object.keys(ownLabels).length > 0) digest.update(JSON.stringify(sortedByName(ownLabels)));
    return digest.digest("hex").slice(0, HASH_LENGTH);
  });
  return {
    // A few digits of a hash tell nobody the value.
    name: pulumi.unsecret(pulumi.interpolate`${name}-${hash}`),
    data: value.apply((text) => Buffer.from(text).toString("base64")),
    labels: labelList({ ...ownLabels, ...labels }),
  };
}

/**
 * Options of a secret's Pulumi resource. The next one has another name, and the old one is in use until the services
 * have it; the provider (5.2.0) would have the old one go first, as it does with whatever is named.
 */
export function swarmSecretOptions({ ownLabels }: SwarmSecret): pulumi.CustomResourceOptions {
  return {
    ...keepingOptions("docker:index/secret:Secret", false),
    deleteBeforeReplace: false,
    // The name of one whose value is generated isn't known before it is made.
    replacementTrigger: { ...ownLabels },
  };
}

/** Arguments of a configuration file's Pulumi resource. */
export function swarmConfigArgs({ name, content }: SwarmConfig): docker.ServiceConfigArgs {
  return { name, data: Buffer.from(content).toString("base64") };
}

/** Arguments of the service's Pulumi resource. */
export function swarmServiceArgs(service: SwarmService, connections: SwarmConnections): docker.ServiceArgs {
  const { healthCheck, restart, update } = service;
  return {
    name: service.name,
    labels: labelList(service.labels),
    mode: service.mode.kind === "global" ? { global: true } : { replicated: { replicas: service.mode.replicas } },
    endpointSpec: {
      mode: service.endpointMode,
      ports: service.ports.map((port) => ({
        targetPort: port.target,
        publishedPort: port.published,
        protocol: port.protocol,
        publishMode: port.mode,
      })),
    },
    updateConfig: changeOf(update),
    rollbackConfig: changeOf(service.rollback),
    // The provider (5.2.0) can't wait for a service that every host runs, and refuses to be told to. It takes an update
    // for done in the pause before the next task, too; the rest is waited for by whoever deploys.
    ...(service.mode.kind === "replicated" && {
      convergeConfig: {
        delay: "3s",
        timeout: duration(convergeSeconds(service, service.mode.replicas)),
      },
    }),
    taskSpec: {
      containerSpec: {
        image: service.image,
        commands: service.entrypoint.length > 0 ? [...service.entrypoint] : undefined,
        args: service.command.length > 0 ? [...service.command] : undefined,
        user: service.user,
        // An empty list would be seen as a change every time.
        ...(Object.keys(service.environment).length > 0 && { env: { ...service.environment } }),
        readOnly: true,
        capDrops: ["ALL"],
        labels: labelList(service.identity),
        mounts: service.mounts.map(mountOf),
        healthcheck: {
          tests: ["CMD", ...healthCheck.command],
          interval: duration(healthCheck.intervalSeconds),
          timeout: duration(healthCheck.timeoutSeconds),
          startPeriod: duration(healthCheck.startPeriodSeconds),
          retries: healthCheck.retries,
        },
        stopGracePeriod: duration(service.stopGraceSeconds),
        secrets: service.secrets.flatMap(({ secret, file, user }) => {
          const made = connections.secrets.get(secret);
          const [fileUid, fileGid = fileUid] = user.split(":");
          return made
            ? [{ secretId: made.id, secretName: made.name, fileName: file, fileUid, fileGid, fileMode: 0o400 }]
            : [];
        }),
        configs: service.configs.flatMap(({ config, path }) => {
          const made = connections.configs.get(config);
          return made ? [{ configId: made.id, configName: made.name, fileName: path }] : [];
        }),
      },
      // By its id, which a refresh reads back; a name it doesn't.
      networksAdvanceds: [{ id: connections.network, aliases: [service.name] }],
      resources: {
        limits: {
          nanoCpus: service.limits.milliCpu * NANO_PER_MILLI,
          memoryBytes: service.limits.memoryBytes,
        },
        reservation: {
          nanoCpus: service.reservations.milliCpu * NANO_PER_MILLI,
          memoryBytes: service.reservations.memoryBytes,
          ...(service.reservations.gpus > 0 && {
            genericResources: { discreteResourcesSpecs: [`gpu=${service.reservations.gpus}`] },
          }),
        },
      },
      restartPolicy: {
        condition: restart.condition,
        delay: duration(restart.delaySeconds),
        maxAttempts: restart.maxAttempts,
        window: duration(restart.windowSeconds),
      },
      placement: {
        constraints: [...service.placement.constraints],
        prefs: service.placement.spreadOver.map((label) => `spread=${label}`),
        maxReplicas: service.placement.maxPerHost,
      },
      logDriver: { name: service.log.driver, options: { ...service.log.options } },
    },
  };
}

/** Options of the service's Pulumi resource: whoever scales the service owns its count. */
export function swarmServiceOptions({ scaledByOthers }: SwarmService): pulumi.CustomResourceOptions {
  const { ignoreChanges } = keepingOptions("docker:index/service:Service", false);
  return { ignoreChanges: [...ignoreChanges, ...(scaledByOthers ? ["mode.replicated.replicas"] : [])] };
}

function changeOf(change: SwarmChange) {
  return {
    parallelism: change.parallelism,
    delay: duration(change.delaySeconds),
    failureAction: change.onFailure,
    monitor: duration(change.monitorSeconds),
    maxFailureRatio: `${change.maxFailureRatio}`,
    order: change.order,
  };
}

function mountOf(mount: SwarmMount): docker.types.input.ServiceTaskSpecContainerSpecMount {
  switch (mount.kind) {
    case "volume":
      // The volume is there before the service, with its driver, options and labels.
      return { type: "volume", source: mount.volume, target: mount.path };
    case "folder":
      return { type: "bind", source: mount.folder, target: mount.path, readOnly: mount.readOnly };
    case "memory":
      // The mode that is wanted, 1777, is Docker's own; the provider (5.2.0) would read it back without its first digit.
      return { type: "tmpfs", target: mount.path, tmpfsOptions: { sizeBytes: mount.sizeBytes } };
  }
}

/** Seconds as the provider tells them back, such as `3m10s` or `2m`: in other words they would be a change every time. */
function duration(seconds: number): string {
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const parts = [
    ...(hours > 0 ? [`${hours}h`] : []),
    ...(minutes > 0 || (hours > 0 && rest > 0) ? [`${minutes}m`] : []),
    ...(rest > 0 || seconds === 0 ? [`${rest}s`] : []),
  ];
  return parts.join("");
}

function labelList(labels: Readonly<Record<string, string>>) {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}
