import type { OrchestratedTurns } from "../../availability/index.ts";
import { type Problem, printValue, versions } from "../../core/index.ts";
import {
  AGENT_HEALTH_PATH,
  AGENT_READY_PATH,
  AGENT_TURN_PATH,
  kubernetesNamespace,
  objectName,
} from "../../orchestration/index.ts";
import type { ChosenOrchestrator } from "./choice.plan.ts";
import type { ClientFile } from "./client.file.ts";
import type { RemoteServerSettings } from "./remote-server.environment.ts";

/** Decides what a client's connector reads. No secret is in it; its shape is versioned by `formatVersion`. */
export function planClientFile(
  environment: string,
  settings: RemoteServerSettings,
  orchestrator: ChosenOrchestrator,
  turns: OrchestratedTurns,
): ClientFile {
  const { topology, monitoring } = settings;
  const { client } = topology;
  const { connection, offline } = client;
  return {
    formatVersion: versions.clientFile,
    environment,
    endpoints: {
      api: client.endpoints.api ?? addressOf(environment, settings, orchestrator),
      websocket: client.endpoints.websocket ?? null,
      metrics: client.endpoints.metrics ?? null,
      turnPath: AGENT_TURN_PATH,
      healthPath: AGENT_HEALTH_PATH,
      readyPath: AGENT_READY_PATH,
      metricsPath: monitoring.status.metricsPath,
    },
    authentication: client.authentication,
    token: client.token,
    connection: {
      timeoutMilliseconds: connection.timeoutMilliseconds,
      keepAliveSeconds: connection.keepAliveSeconds,
      connectionsMax: connection.connectionsMax,
      uploadBytesPerSecond: connection.uploadPerSecond ?? null,
      downloadBytesPerSecond: connection.downloadPerSecond ?? null,
      // A stream is silent between heartbeats only, but not every answer is a stream.
      readTimeoutSeconds: turns.proxyTimeoutSeconds,
    },
    reconnection: client.reconnection,
    offline: { ...omit(offline), cacheLifetimeSeconds: offline.cacheExpires ? offline.cacheLifetime : null },
    synchronization: client.synchronization,
    proxy: {
      enabled: client.proxy.enabled,
      port: client.proxy.port,
      cache: client.proxy.cache,
      cacheMaxBytes: client.proxy.cacheMax,
      bufferResponses: false,
    },
    security: client.security,
  };
}

/** What of the client's settings doesn't go with the agent's. */
export function checkClient({ topology, agent }: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  const { client } = topology;
  const open = agent.authentication.kind === "none";
  const problems: Problem[] = client.endpoints.api === undefined ? checkAddress(topology, orchestrator) : [];
  if (!open && (client.authentication.kind === "none" || client.authentication.kind === "basic")) {
    problems.push({
      path: "topology.client.authentication.kind",
      given: printValue(client.authentication.kind),
      allowed: "api-key, oauth or jwt while agent.authentication.kind is bearer: the agent asks for a bearer token",
      mend: "set topology.client.authentication.kind to api-key",
    });
  }
  if (client.offline.enabled && client.proxy.cache === "none" && client.offline.cachedResources) {
    problems.push({
      path: "topology.client.proxy.cache",
      given: printValue("none"),
      allowed: "memory or disk while topology.client.offline.cachedResources is true",
      mend: "set topology.client.proxy.cache to disk, or cachedResources to false",
    });
  }
  return problems;
}

/** The agent's address for clients: its first host name, else the first host. */
/** Addresses that only the cluster knows, once the agent runs there. */
function checkAddress({ endpoint }: RemoteServerSettings["topology"], orchestrator: ChosenOrchestrator): Problem[] {
  if (orchestrator.kind !== "kubernetes") return [];
  const { exposure } = orchestrator;
  if (exposure.kind === "node-port" && exposure.nodePort === undefined) {
    return [
      {
        path: "topology.orchestrator.exposure.nodePort",
        given: undefined,
        allowed: "a port from 30000 to 32767: the cluster would choose one that no client knows",
        mend: "set nodePort, or topology.client.endpoints.api",
      },
    ];
  }
  if (exposure.kind === "load-balancer" && endpoint.hostNames.length === 0) {
    return [
      {
        path: "topology.endpoint.hostNames",
        given: "[]",
        allowed: "a name for the load balancer, whose address the platform chooses when it is made",
        mend: "set hostNames, or topology.client.endpoints.api",
      },
    ];
  }
  return [];
}

function addressOf(
  environment: string,
  { topology, agent }: RemoteServerSettings,
  orchestrator: ChosenOrchestrator,
): string {
  const { hostNames, tls } = topology.endpoint;
  const scheme = tls.kind === "certificate" ? "https" : "http";
  const host = hostNames[0] ?? innerName(environment, orchestrator) ?? topology.hosts[0]?.address ?? "localhost";
  const usual = scheme === "https" ? 443 : 80;
  const port = portOf(orchestrator, agent.ports[0]?.hostPort ?? usual, usual);
  return `${scheme}://${host}${port === usual ? "" : `:${port}`}`;
}

/** What nothing exposes is reached inside the cluster alone, by its service's name. */
function innerName(environment: string, orchestrator: ChosenOrchestrator): string | undefined {
  if (orchestrator.kind !== "kubernetes" || orchestrator.exposure.kind !== "none") return undefined;
  return `${objectName(environment, "agent")}.${kubernetesNamespace(environment, orchestrator)}.svc`;
}

/** A gateway and an ingress controller listen on the scheme's own port. */
function portOf(orchestrator: ChosenOrchestrator, published: number, usual: number): number {
  if (orchestrator.kind !== "kubernetes") return published;
  const { exposure } = orchestrator;
  if (exposure.kind === "ingress" || exposure.kind === "gateway") return usual;
  return exposure.kind === "node-port" ? (exposure.nodePort ?? published) : published;
}

function omit<Offline extends { cacheExpires: boolean; cacheLifetime: number }>(offline: Offline) {
  const { cacheExpires: _, cacheLifetime: __, ...others } = offline;
  return others;
}
