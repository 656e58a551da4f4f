import { formatCpu, manifestYaml, milliCpu } from "../../core/index.ts";
import type {
  SwarmChange,
  SwarmHost,
  SwarmMount,
  SwarmNetwork,
  SwarmPlan,
  SwarmService,
  SwarmVolume,
} from "./swarm.plan.ts";

/** The services as a file for `docker stack deploy`, with what must be there before it in its head. */
export function swarmStack(plan: SwarmPlan): string {
  const { network } = plan;
  const secrets = plan.secrets.map(({ name }) => `#   docker secret create ${name} -`);
  const head = [
    `# To deploy: docker stack deploy --with-registry-auth --compose-file stack.yaml ${plan.name}`,
    ...(secrets.length > 0 ? ["# Before that, each secret from standard input:", ...secrets] : []),
  ];
  const document = {
    version: "3.9",
    services: Object.fromEntries(plan.services.map((service) => [service.key, serviceOf(service)])),
    networks: { default: networkOf(network) },
    ...(plan.secrets.length > 0 && {
      secrets: Object.fromEntries(plan.secrets.map(({ name }) => [name, { external: true, name }])),
    }),
    ...(plan.configs.length > 0 && {
      configs: Object.fromEntries(plan.configs.map(({ name }) => [name, { file: `./configs/${name}`, name }])),
    }),
    ...volumesOf(plan.volumes),
  };
  return `${head.join("\n")}\n${manifestYaml(document)}`;
}

/** The commands that make a Swarm of the hosts, and change nothing where it stands already. */
export function swarmBootstrap({ cluster, network }: SwarmPlan): string {
  const [first, ...managers] = cluster.managers;
  if (!first) return "";
  const on = ({ engineAddress }: SwarmHost) => `docker --host ${engineAddress}`;
  const port = cluster.dataPathPort === undefined ? [] : [`--data-path-port ${cluster.dataPathPort}`];
  const pools = cluster.addressPools.map((pool) => `--default-addr-pool ${pool}`);
  const init = [
    "swarm init",
    `--advertise-addr ${cluster.advertiseAddress}`,
    ...port,
    ...pools,
    ...(cluster.forceNewCluster ? ["--force-new-cluster"] : []),
  ].join(" ");
  const active = (host: SwarmHost) => `${on(host)} info --format '{{.Swarm.LocalNodeState}}' | grep -qx active`;
  const join = (host: SwarmHost, role: "manager" | "worker") =>
    `${active(host)} || ${on(host)} swarm join --advertise-addr ${host.address} --token "$(${on(first)} swarm join-token --quiet ${role})" ${cluster.advertiseAddress}:2377`;
  const hosts = [...cluster.managers, ...cluster.workers];
  const labels = hosts.flatMap(({ name, labels }) =>
    Object.entries(labels).map(([key, value]) => `${on(first)} node update --label-add ${key}=${value} ${name}`),
  );
  const lines = [
    "#!/bin/sh",
    "# Makes a Swarm of the hosts. Run again, it changes nothing that is there.",
    "set -eu",
    cluster.forceNewCluster ? `${on(first)} ${init}` : `${active(first)} || ${on(first)} ${init}`,
    ...managers.map((host) => join(host, "manager")),
    ...cluster.workers.map((host) => join(host, "worker")),
    `${on(first)} swarm update --task-history-limit ${cluster.taskHistoryLimit}`,
    ...labels,
    ...(network.inStack
      ? []
      : [`${on(first)} network inspect ${network.name} > /dev/null 2>&1 || ${on(first)} ${networkCommand(network)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

/** The format of stacks has no gateway and no address range: bootstrap.sh makes the network where they are set. */
function networkOf(network: SwarmNetwork) {
  if (!network.inStack) return { external: true, name: network.name };
  return {
    name: network.name,
    driver: "overlay",
    attachable: network.attachable,
    internal: network.internal,
    driver_opts: network.options,
    ipam: { config: [{ subnet: network.subnet }] },
    labels: network.labels,
  };
}

function networkCommand(network: SwarmNetwork): string {
  const options = [
    "--driver overlay",
    `--subnet ${network.subnet}`,
    `--gateway ${network.gateway}`,
    ...(network.addressRange === undefined ? [] : [`--ip-range ${network.addressRange}`]),
    ...(network.attachable ? ["--attachable"] : []),
    ...(network.internal ? ["--internal"] : []),
    ...Object.entries(network.options).map(([name, value]) => `--opt '${name}=${value}'`),
    ...Object.entries(network.labels).map(([name, value]) => `--label '${name}=${value}'`),
  ];
  return `network create ${options.join(" ")} ${network.name}`;
}

function serviceOf(service: SwarmService) {
  const { healthCheck, placement, limits, reservations, restart } = service;
  return {
    image: service.image,
    ...(service.entrypoint.length > 0 && { entrypoint: service.entrypoint }),
    ...(service.command.length > 0 && { command: service.command }),
    user: service.user,
    environment: service.environment,
    read_only: true,
    cap_drop: ["ALL"],
    labels: service.identity,
    networks: { default: { aliases: [service.name] } },
    volumes: service.mounts.map(mountOf),
    secrets: service.secrets.map(({ secret, file, user }) => {
      const [uid, gid = uid] = user.split(":");
      return { source: secret, target: file, uid, gid, mode: 0o400 };
    }),
    configs: service.configs.map(({ config, path }) => ({ source: config, target: path })),
    ports: service.ports.map(({ target, published, protocol, mode }) => ({ target, published, protocol, mode })),
    healthcheck: {
      test: ["CMD", ...healthCheck.command],
      interval: `${healthCheck.intervalSeconds}s`,
      timeout: `${healthCheck.timeoutSeconds}s`,
      start_period: `${healthCheck.startPeriodSeconds}s`,
      retries: healthCheck.retries,
    },
    stop_grace_period: `${service.stopGraceSeconds}s`,
    logging: { driver: service.log.driver, options: service.log.options },
    deploy: {
      labels: service.labels,
      ...(service.mode.kind === "global"
        ? { mode: "global" }
        : { mode: "replicated", replicas: service.mode.replicas }),
      endpoint_mode: service.endpointMode,
      placement: {
        constraints: placement.constraints,
        preferences: placement.spreadOver.map((spread) => ({ spread })),
        ...(placement.maxPerHost !== undefined && { max_replicas_per_node: placement.maxPerHost }),
      },
      resources: {
        limits: amounts(limits),
        reservations: {
          ...amounts(reservations),
          ...(reservations.gpus > 0 && {
            generic_resources: [{ discrete_resource_spec: { kind: "gpu", value: reservations.gpus } }],
          }),
        },
      },
      restart_policy: {
        condition: restart.condition,
        delay: `${restart.delaySeconds}s`,
        window: `${restart.windowSeconds}s`,
        ...(restart.maxAttempts !== undefined && { max_attempts: restart.maxAttempts }),
      },
      update_config: changeOf(service.update),
      rollback_config: changeOf(service.rollback),
    },
  };
}

function amounts(given: { readonly milliCpu: number; readonly memoryBytes: number }) {
  return { cpus: formatCpu(milliCpu(given.milliCpu)), memory: `${given.memoryBytes}b` };
}

function changeOf(change: SwarmChange) {
  return {
    parallelism: change.parallelism,
    delay: `${change.delaySeconds}s`,
    failure_action: change.onFailure,
    monitor: `${change.monitorSeconds}s`,
    max_failure_ratio: change.maxFailureRatio,
    order: change.order,
  };
}

function mountOf(mount: SwarmMount) {
  switch (mount.kind) {
    case "volume":
      return { type: "volume", source: mount.volume, target: mount.path };
    case "folder":
      return { type: "bind", source: mount.folder, target: mount.path, read_only: mount.readOnly };
    case "memory":
      // The format of stacks has no mode: Docker's own, 1777, is the one that is wanted.
      return { type: "tmpfs", target: mount.path, tmpfs: { size: mount.sizeBytes } };
  }
}

function volumesOf(volumes: readonly SwarmVolume[]) {
  if (volumes.length === 0) return {};
  return {
    volumes: Object.fromEntries(
      volumes.map(({ name, driver, driverOptions, labels }) => [
        name,
        { name, driver, driver_opts: driverOptions, labels },
      ]),
    ),
  };
}
