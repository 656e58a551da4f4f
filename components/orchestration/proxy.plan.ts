import { mebibytes, milliCpu } from "../core/index.ts";
import { haproxyConfiguration, PROXY_HEALTH, type ProxySettings } from "../traffic/index.ts";
import type { AdapterInput } from "./adapter-input.ts";
import { AGENT_READY_PATH } from "./agent.plan.ts";
import type { WorkloadPlan, WorkloadPort } from "./workload.plan.ts";

/** What a proxy's container is, on every engine. */
export const PROXY = {
  key: "proxy",
  /** User of HAProxy's official image. */
  user: "99:99",
  port: 8080,
  healthCheck: {
    command: ["wget", "-q", "-O", "-", `http://127.0.0.1:${PROXY_HEALTH.port}${PROXY_HEALTH.path}`],
    intervalSeconds: 10,
    timeoutSeconds: 5,
    startPeriodSeconds: 5,
    retries: 3,
  },
  cpuRequest: milliCpu(100),
  cpuLimit: milliCpu(1000),
  memoryRequest: mebibytes(128),
  /** Memory for 2,000 connections with buffers of 64 KiB in each direction (HAProxy's own arithmetic), and the process. */
  memoryLimit: mebibytes(384),
} as const;

/** Time in which a proxy must be healthy. */
export const PROXY_STARTUP_SECONDS = 35;

/** Whether a port of a workload is reached through the proxy: the agent's first one. */
export function isProxied({ name }: WorkloadPort): boolean {
  return name === "http";
}

/** The proxy's configuration for the replicas of a workload that the engine's DNS finds under `target`. */
export function proxyConfiguration(
  { turns }: Pick<AdapterInput, "turns">,
  workload: WorkloadPlan,
  port: WorkloadPort,
  way: {
    readonly settings: ProxySettings;
    readonly target: string;
    readonly replicasMax: number;
    readonly nameServer: string;
    readonly certificate: string | undefined;
  },
): string {
  return haproxyConfiguration({
    name: workload.key,
    bind: `*:${PROXY.port}`,
    certificate: way.certificate,
    target: way.target,
    targetPort: port.containerPort,
    replicasMax: way.replicasMax,
    readyPath: workload.readyPath ?? AGENT_READY_PATH,
    checkIntervalSeconds: way.settings.checkIntervalSeconds,
    maxConnections: way.settings.maxConnections,
    timeoutSeconds: turns.proxyTimeoutSeconds,
    drainSeconds: turns.drainSeconds,
    nameServer: way.nameServer,
  });
}
