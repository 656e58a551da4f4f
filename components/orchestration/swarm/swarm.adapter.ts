import { platformName } from "../../core/index.ts";
import type { AdapterHost, AdapterInput } from "../adapter-input.ts";
import type { MountPlan, SecretSource } from "../container.plan.ts";
import type { RestartPolicy } from "../container.settings.ts";
import { dockerLogging } from "../docker-logging.ts";
import { isProxied } from "../proxy.plan.ts";
import { keepsData, type WorkloadPlan } from "../workload.plan.ts";
import { swarmConfig } from "./swarm.configs.ts";
import type {
  SwarmChange,
  SwarmHost,
  SwarmMount,
  SwarmNetwork,
  SwarmPlan,
  SwarmSecret,
  SwarmService,
  SwarmVolume,
} from "./swarm.plan.ts";
import { planSwarmProxy } from "./swarm.proxy.ts";
import type { SwarmSettings } from "./swarm.settings.ts";

/** Where Docker puts secrets. */
const SECRET_FOLDER = "/run/secrets";

/** Makes the Swarm's services, with their network, secrets and configuration files. */
export function adaptSwarm(input: AdapterInput, settings: SwarmSettings): SwarmPlan {
  const [first, ...others] = input.hosts.filter(({ role }) => role === "manager");
  const managers = first ? [first, ...others] : [];
  const proxy = planSwarmProxy(input, settings);
  return {
    kind: "swarm",
    name: input.name,
    engineAddress: first?.engineAddress ?? "",
    cluster: {
      managers: managers.map(hostOf),
      workers: input.hosts.filter(({ role }) => role === "worker").map(hostOf),
      advertiseAddress: settings.advertiseAddress ?? first?.address ?? "",
      dataPathPort: settings.dataPathPort,
      addressPools: settings.addressPools.map(({ text }) => text),
      forceNewCluster: settings.forceNewCluster,
      taskHistoryLimit: settings.taskHistoryLimit,
    },
    network: networkOf(input, settings),
    secrets: secretsOf(input, settings),
    configs: [
      ...new Map(
        input.workloads
          .flatMap(({ files }) => files.map((file) => swarmConfig(input, file)))
          .map((one) => [one.name, one]),
      ).values(),
      ...(proxy ? [proxy.config] : []),
    ],
    volumes: volumesOf(input),
    services: [
      ...input.workloads.map((workload) => serviceOf(input, settings, workload)),
      ...(proxy ? [proxy.service] : []),
    ],
  };
}

function networkOf(input: AdapterInput, { network }: SwarmSettings): SwarmNetwork {
  const usual = network.subnet.firstHost;
  const gateway = network.gateway ?? usual;
  return {
    name: `${input.name}-net`,
    subnet: network.subnet.text,
    gateway,
    addressRange: network.addressRange?.text,
    inStack: gateway === usual && network.addressRange === undefined,
    attachable: network.attachable,
    internal: network.internal,
    options: { ...network.driverOptions, ...(network.encrypted && { encrypted: "true" }) },
    labels: input.identityOf("network"),
  };
}

/** Each volume on the host of the workload that keeps its data there. */
function volumesOf(input: AdapterInput): SwarmVolume[] {
  return input.workloads.flatMap((workload) => {
    const host = hostOfData(input, workload);
    const names = workload.mounts.flatMap((mount) => (mount.kind === "volume" ? [mount.volume] : []));
    const volumes = input.volumes.filter(({ name }) => names.includes(name));
    return host ? volumes.map((volume) => ({ ...volume, host: host.name, engineAddress: host.engineAddress })) : [];
  });
}

/** Where the plan put a workload that keeps data: it stays where its volume is. */
function hostOfData({ hosts, placed }: AdapterInput, workload: WorkloadPlan): AdapterHost | undefined {
  const place = placed.find(({ key }) => key === workload.key)?.host;
  return keepsData(workload) ? hosts.find(({ name }) => name === place) : undefined;
}

function serviceOf(input: AdapterInput, settings: SwarmSettings, workload: WorkloadPlan): SwarmService {
  const { resources, replicas, placement } = workload;
  const pinned = keepsData(workload);
  const ports = portsOf(workload, settings);
  return {
    key: workload.key,
    name: workload.name,
    image: workload.image.text,
    entrypoint: workload.entrypoint,
    command: workload.command,
    user: workload.user,
    environment: { ...workload.environment, ...secretFiles(input, workload) },
    secrets: Object.values(workload.secrets).map((source) => ({
      secret: secretName(input, source),
      file: secretName(input, source),
      user: workload.user,
    })),
    configs: workload.files.map((file) => ({ config: swarmConfig(input, file).name, path: file.path })),
    mounts: workload.mounts.map(mountOf),
    healthCheck: workload.healthCheck,
    stopGraceSeconds: workload.stopGraceSeconds,
    mode:
      replicas.mode === "global" && !pinned
        ? { kind: "global" }
        : { kind: "replicated", replicas: pinned ? 1 : replicas.min },
    scaledByOthers: replicas.max > replicas.min,
    endpointMode: endpointModeOf(ports, settings),
    ports,
    limits: { milliCpu: resources.cpuLimit, memoryBytes: resources.memoryLimit },
    reservations: { milliCpu: resources.cpuRequest, memoryBytes: resources.memoryRequest, gpus: resources.gpus },
    restart: restartOf(workload.restart, settings),
    placement: {
      constraints: constraintsOf(input, workload),
      spreadOver: placement.spreadOver.map((label) => `node.labels.${label}`),
      maxPerHost: placement.apart === "required" ? 1 : undefined,
    },
    ...changesOf(input, workload),
    log: dockerLogging(workload.logging),
    labels: workload.labels,
    identity: input.identityOf(workload.key),
    dependsOn: workload.dependsOn,
  };
}

/** A Swarm publishes on every address of a host, or not at all; what the proxy publishes needs no port of its own. */
function portsOf({ ports }: WorkloadPlan, { publish }: SwarmSettings): SwarmService["ports"] {
  return ports
    .filter((port) => port.reach === "everywhere" && !(publish === "proxy" && isProxied(port)))
    .map((port) => ({
      target: port.containerPort,
      published: port.publishedPort,
      protocol: port.protocol,
      mode: publish === "host" ? "host" : "ingress",
    }));
}

/** The routing mesh needs a virtual address, and nothing else does: addresses of replicas work without IPVS. */
function endpointModeOf(ports: SwarmService["ports"], { publish }: SwarmSettings): SwarmService["endpointMode"] {
  return publish === "ingress" || ports.some(({ mode }) => mode === "ingress") ? "vip" : "dnsrr";
}

/** Programs read a secret from the file that `<variable>_FILE` names: its value never stands in the environment. */
function secretFiles(input: AdapterInput, { secrets }: WorkloadPlan): Record<string, string> {
  return Object.fromEntries(
    Object.entries(secrets).map(([variable, source]) => [
      `${variable}_FILE`,
      `${SECRET_FOLDER}/${secretName(input, source)}`,
    ]),
  );
}

function secretsOf(input: AdapterInput, settings: SwarmSettings): SwarmSecret[] {
  const all = input.workloads
    .flatMap(({ secrets }) => Object.values(secrets))
    .map(
      (source): SwarmSecret => ({
        name: secretName(input, source),
        source,
        ownLabels: settings.secretLabels,
        labels: input.identityOf("secret"),
      }),
    );
  return [...new Map(all.map((secret) => [secret.name, secret])).values()];
}

/** A secret's name; where it is made, a hash of its value follows. */
function secretName({ name }: AdapterInput, source: SecretSource): string {
  const own = source.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return platformName("swarmObject", name, source.kind === "generated" ? `generated-${own}` : own);
}

function mountOf(mount: MountPlan): SwarmMount {
  switch (mount.kind) {
    case "volume":
      return { kind: "volume", volume: mount.volume, path: mount.containerPath };
    case "folder":
      return { kind: "folder", folder: mount.hostPath, path: mount.containerPath, readOnly: mount.mode === "ro" };
    case "memory":
      return { kind: "memory", path: mount.containerPath, sizeBytes: mount.sizeMiB * 1024 ** 2 };
  }
}

function constraintsOf(input: AdapterInput, workload: WorkloadPlan): string[] {
  const { require, tolerations } = workload.placement;
  const labels = require.flatMap(({ key, operator, values }) =>
    values.map((value) => `node.labels.${key}${operator === "In" ? "==" : "!="}${value}`),
  );
  if (keepsData(workload)) {
    const host = hostOfData(input, workload);
    return host ? [...labels, `node.hostname==${host.name}`] : labels;
  }
  const tainted = input.hosts.filter(({ taints }) =>
    taints.some(
      (taint) =>
        taint.effect !== "PreferNoSchedule" &&
        !tolerations.some(
          (one) =>
            (one.key === undefined || one.key === taint.key) &&
            (one.operator === "Exists" || one.value === taint.value) &&
            (one.effect === undefined || one.effect === taint.effect),
        ),
    ),
  );
  return [...labels, ...tainted.map(({ name }) => `node.hostname!=${name}`)];
}

function changesOf(input: AdapterInput, workload: WorkloadPlan): Pick<SwarmService, "update" | "rollback"> {
  const pinned = keepsData(workload);
  const { update: asked, rollback } = workload;
  const monitorSeconds = asked.monitorSeconds ?? input.turns.monitorSeconds ?? 0;
  const everything = asked.strategy === "recreate" || pinned;
  const update: SwarmChange = {
    parallelism: everything ? 0 : asked.parallelism,
    // A version that crashes after it was healthy must be seen while old replicas serve.
    delaySeconds: asked.delaySeconds ?? (everything ? 0 : monitorSeconds),
    onFailure: asked.onFailure ?? "rollback",
    monitorSeconds,
    maxFailureRatio: asked.maxFailureRatio,
    order: everything ? "stop-first" : asked.order,
  };
  return {
    update,
    rollback: {
      parallelism: rollback.parallelism ?? update.parallelism,
      delaySeconds: rollback.delaySeconds ?? 0,
      onFailure: rollback.onFailure ?? "pause",
      monitorSeconds: rollback.monitorSeconds ?? monitorSeconds,
      maxFailureRatio: rollback.maxFailureRatio ?? 0,
      order: rollback.order ?? update.order,
    },
  };
}

function restartOf(restart: RestartPolicy, { restart: pace }: SwarmSettings): SwarmService["restart"] {
  const conditions = { never: "none", "on-failure": "on-failure", always: "any", "unless-stopped": "any" } as const;
  return {
    condition: conditions[restart.kind],
    ...pace,
    maxAttempts: restart.kind === "on-failure" ? restart.maxRetries : undefined,
  };
}

function hostOf({ name, address, engineAddress, labels }: AdapterHost): SwarmHost {
  return { name, address, engineAddress, labels };
}
