import type { TurnPlan } from "../../availability/index.ts";
import { formatCpu, versions } from "../../core/index.ts";
import { AGENT_HEALTH_PATH, AGENT_READY_PATH, AGENT_TURN_PATH, type ContainerPlan } from "../../orchestration/index.ts";
import type { ResourcePlan } from "../../resources/index.ts";
import type { LocalPodmanSettings, SpokenEngine } from "./local-podman.environment.ts";

/** What the desktop app's connector reads: how to start, reach, watch and stop the agent. No secret is in it. */
export type DesktopFile = ReturnType<typeof planDesktopFile>;

interface DesktopFileInput {
  readonly environment: string;
  readonly engine: SpokenEngine;
  readonly settings: LocalPodmanSettings;
  readonly turns: TurnPlan;
  readonly resources: ResourcePlan;
  /** In start order. */
  readonly containers: readonly ContainerPlan[];
}

/** Decides the connector's file. Its shape is versioned by `formatVersion`. */
export function planDesktopFile({ environment, engine, settings, turns, resources, containers }: DesktopFileInput) {
  const { agent, desktop, monitoring, topology } = settings;
  const port = agent.ports[0];
  const address = `http://${port?.address === "0.0.0.0" ? "127.0.0.1" : port?.address}:${port?.hostPort}`;
  return {
    formatVersion: versions.desktopFile,
    environment,
    engine: { kind: engine.kind, socket: engine.socket, apiVersion: engine.apiVersion },
    machine: resources.machine,
    agent: {
      address,
      healthPath: AGENT_HEALTH_PATH,
      readyPath: AGENT_READY_PATH,
      turnPath: AGENT_TURN_PATH,
      metricsPath: monitoring.status.metricsPath,
      authentication: agent.authentication.kind,
    },
    containers: containers.map(({ name, key, dependsOn, stopGraceSeconds }) => ({
      name,
      key,
      dependsOn,
      stopGraceSeconds,
    })),
    lifecycle: {
      autoStart: desktop.autoStart,
      startupTimeoutSeconds: desktop.startupTimeoutSeconds,
      connectionRetries: desktop.connectionRetries,
      stopWithApp: desktop.stopWithApp,
      stopTimeoutSeconds: turns.appStopSeconds,
      updateSchedule: agent.updates.kind === "automatic" ? agent.updates.schedule.text : null,
      keepData: topology.storage.kind !== "tmpfs" && topology.storage.persistent,
    },
    proxy: { ipcChannel: desktop.ipcChannel, readTimeoutSeconds: turns.proxyTimeoutSeconds, bufferResponses: false },
    logging: { connector: desktop.logging, collectAgentOutput: monitoring.status.collectLogs },
    monitoring: {
      statusIntervalSeconds: monitoring.status.intervalSeconds,
      alerts: monitoring.alerts,
      host: monitoring.host,
      containers: monitoring.containers,
      application: monitoring.application,
      dashboard: {
        enabled: monitoring.dashboard.enabled,
        refreshSeconds: monitoring.dashboard.refreshSeconds,
        showInApp: monitoring.dashboard.showInApp,
        keepHistorySeconds: monitoring.dashboard.keepHistory,
      },
    },
    resources: {
      allowOversubscription: settings.resources.host.allowOversubscription,
      reserve: {
        cpu: formatCpu(resources.reserve.cpu),
        memoryMiB: resources.reserve.memoryMiB,
        diskMiB: resources.reserve.diskMiB,
      },
      reconciliation: {
        ...resources.reconciliation,
        underPressure: resources.reconciliation.underPressure.map((step) => ({ ...step, cpu: formatCpu(step.cpu) })),
      },
    },
  };
}
