import { LABEL_PREFIX } from "../../core/index.ts";
import type { AdapterInput } from "../adapter-input.ts";
import { Logging } from "../container.settings.ts";
import { dockerLogging } from "../docker-logging.ts";
import { objectName } from "../names.ts";
import { isProxied, PROXY, PROXY_STARTUP_SECONDS, proxyConfiguration } from "../proxy.plan.ts";
import { replicasAtMost } from "../workload.plan.ts";
import { swarmConfig } from "./swarm.configs.ts";
import type { SwarmChange, SwarmConfig, SwarmService } from "./swarm.plan.ts";
import type { SwarmSettings } from "./swarm.settings.ts";

const CONFIGURATION_PATH = "/usr/local/etc/haproxy/haproxy.cfg";
/** Docker's DNS, which answers `tasks.<service>` with the address of every healthy replica that isn't being stopped. */
const NAME_SERVER = "127.0.0.11";
const SCRATCH_BYTES = 16 * 1024 ** 2;
/** As a workload's own, where it says nothing. */
const LOG = dockerLogging(Logging.parse({ kind: "file" }));

/** The proxy that listens on every host, with its configuration; `undefined` where nothing is reached through one. */
export function planSwarmProxy(
  input: AdapterInput,
  settings: SwarmSettings,
): { readonly service: SwarmService; readonly config: SwarmConfig } | undefined {
  if (settings.publish !== "proxy") return undefined;
  const agent = input.workloads.find(({ ports }) => ports.some(isProxied));
  const port = agent?.ports.find(isProxied);
  if (!agent || port?.reach !== "everywhere") return undefined;

  const config = swarmConfig(input, {
    path: CONFIGURATION_PATH,
    content: proxyConfiguration(input, agent, port, {
      settings: settings.proxy,
      target: `tasks.${agent.name}`,
      replicasMax: replicasAtMost(agent),
      nameServer: NAME_SERVER,
      certificate: undefined,
    }),
  });
  const labels = {
    ...input.labelsOf(PROXY.key),
    [`${LABEL_PREFIX}turn-max-seconds`]: `${input.turns.maxSeconds}`,
    [`${LABEL_PREFIX}drain-margin-seconds`]: `${input.turns.drainMarginSeconds}`,
    [`${LABEL_PREFIX}exposure`]: "lan",
  };
  return {
    config,
    service: {
      key: PROXY.key,
      name: objectName(input.environment, PROXY.key),
      image: settings.proxy.image.text,
      entrypoint: ["haproxy"],
      command: ["-W", "-f", CONFIGURATION_PATH],
      user: PROXY.user,
      environment: {},
      secrets: [],
      configs: [{ config: config.name, path: CONFIGURATION_PATH }],
      mounts: [{ kind: "memory", path: "/tmp", sizeBytes: SCRATCH_BYTES }],
      healthCheck: PROXY.healthCheck,
      stopGraceSeconds: input.turns.stopGraceSeconds,
      mode: { kind: "global" },
      scaledByOthers: false,
      endpointMode: "dnsrr",
      ports: [{ target: PROXY.port, published: port.publishedPort, protocol: "tcp", mode: "host" }],
      limits: { milliCpu: PROXY.cpuLimit, memoryBytes: PROXY.memoryLimit },
      reservations: { milliCpu: PROXY.cpuRequest, memoryBytes: PROXY.memoryRequest, gpus: 0 },
      restart: { condition: "any", ...settings.restart, maxAttempts: undefined },
      placement: { constraints: [], spreadOver: [], maxPerHost: undefined },
      update: HOST_BY_HOST,
      rollback: { ...HOST_BY_HOST, onFailure: "pause" },
      log: LOG,
      labels,
      identity: input.identityOf(PROXY.key),
      dependsOn: [],
    },
  };
}

/** Two can't listen on one port of a host: only when the proxy itself changes does each host pause in turn. */
const HOST_BY_HOST: SwarmChange = {
  parallelism: 1,
  delaySeconds: 0,
  onFailure: "rollback",
  monitorSeconds: PROXY_STARTUP_SECONDS,
  maxFailureRatio: 0,
  order: "stop-first",
};
