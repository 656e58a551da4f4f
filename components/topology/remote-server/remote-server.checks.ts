import { type Problem, printValue } from "../../core/index.ts";
import { DesktopSettings } from "../../desktop/index.ts";
import { MonitoringSettings } from "../../observability/index.ts";
import { exclusion, ResourceSettings } from "../../resources/index.ts";
import {
  checkAgentMemory,
  checkAlwaysRuns,
  checkDependencies,
  checkLabels,
  checkMetricsPath,
  checkModel,
  checkPaths,
} from "../shared.checks.ts";
import type { ChosenOrchestrator } from "./choice.plan.ts";
import type { RemoteServerSettings } from "./remote-server.environment.ts";

/** Every problem between settings of different concerns on a server, whichever orchestrator. */
export function checkRemoteServer(settings: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  return [
    ...checkAgentMemory(settings),
    ...checkModel(settings),
    ...checkMetricsPath(settings),
    ...checkDependencies(settings),
    ...checkPaths(settings),
    ...checkLabels(settings),
    ...checkAlwaysRuns(settings),
    ...checkReplicas(settings),
    ...checkRegions(settings),
    ...checkUpdates(settings),
    ...checkDesktopSettings(settings),
    ...checkEndpoint(settings, orchestrator),
    ...checkOneNetwork(settings, orchestrator),
    ...checkHosts(settings, orchestrator),
    ...checkKubernetesAlone(settings, orchestrator),
    ...checkGlobal(settings, orchestrator),
    ...checkPodmanLogs(settings, orchestrator),
  ];
}

/** An embedded database belongs to one process. */
function checkReplicas({ scaling, agent }: RemoteServerSettings): Problem[] {
  const { max } = scaling.replicas;
  const problems: Problem[] = [];
  if (agent.database.kind === "embedded" && max > 1) {
    problems.push({
      path: "scaling.replicas.max",
      given: `${max}`,
      allowed: "1 while agent.database.kind is embedded: its files belong to one process",
      mend: "set agent.database.kind to postgresql or external, or scaling.preset to minimal",
    });
  }
  return problems;
}

function checkRegions({ regions }: RemoteServerSettings): Problem[] {
  if (regions.names.length === 0 && regions.preset === "single") return [];
  const single = regions.preset === "single";
  return [
    {
      path: single ? "regions.names" : "regions.preset",
      given: printValue(single ? regions.names : regions.preset),
      allowed: "preset single without names on remote-server, whose hosts stand where they stand",
      mend: "remove regions; spread over hosts' labels by topology.workload.placement.spreadOver",
    },
  ];
}

function checkUpdates({ agent }: RemoteServerSettings): Problem[] {
  if (agent.updates.kind === "manual") return [];
  return [
    {
      path: "agent.updates.kind",
      given: printValue(agent.updates.kind),
      allowed: "manual on remote-server: a new version comes by a deployment, which drains turns and checks policies",
      mend: "remove agent.updates",
    },
  ];
}

/** Concerns of a desktop, of which a server has no use: anything but their defaults is a mistake. */
function checkDesktopSettings({ desktop, resources, monitoring }: RemoteServerSettings): Problem[] {
  const usual = MonitoringSettings.parse({});
  const concerns = [
    { path: "desktop", given: desktop, usual: DesktopSettings.parse({}), instead: "topology.client" },
    { path: "resources", given: resources, usual: ResourceSettings.parse({}), instead: "topology.governance" },
    {
      path: "monitoring",
      given: monitoring,
      usual: { ...usual, status: { ...usual.status, metricsPath: monitoring.status.metricsPath } },
      instead: "the metrics endpoint at monitoring.status.metricsPath",
    },
  ];
  return concerns.flatMap(({ path, given, usual, instead }) =>
    differences(path, given, usual).map((one) => ({
      path: one.path,
      given: printValue(one.given),
      allowed: `nothing on remote-server: ${path} describes a desktop`,
      mend: `remove it; use ${instead}`,
    })),
  );
}

function differences(path: string, given: unknown, usual: unknown): { path: string; given: unknown }[] {
  if (!isGroup(given)) return JSON.stringify(given) === JSON.stringify(usual) ? [] : [{ path, given }];
  const other = isGroup(usual) ? usual : {};
  return Object.keys(given).flatMap((key) => differences(`${path}.${key}`, given[key], other[key]));
}

/** A way in from outside, and what it leads to, must be said together. */
function checkEndpoint({ topology, agent }: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  const { tls, hostNames } = topology.endpoint;
  const problems: Problem[] = [];
  const inside = agent.ports[0]?.address.startsWith("127.");
  if (orchestrator.kind === "kubernetes" && orchestrator.exposure.kind !== "none" && inside) {
    problems.push({
      path: "agent.ports.0.address",
      given: printValue(agent.ports[0]?.address),
      allowed: `"0.0.0.0" while topology.orchestrator.exposure.kind is ${orchestrator.exposure.kind}, which lets the world in`,
      mend: 'set address to "0.0.0.0" and agent.authentication to bearer, or exposure.kind to none',
    });
  }
  const terminates =
    orchestrator.kind === "standalone" ||
    (orchestrator.kind === "kubernetes" && orchestrator.exposure.kind === "ingress");
  if (tls.kind === "certificate" && !terminates) {
    problems.push({
      path: "topology.endpoint.tls.kind",
      given: printValue(tls.kind),
      allowed: `none on ${orchestrator.kind}${orchestrator.kind === "kubernetes" ? ` with exposure ${orchestrator.exposure.kind}` : ""}, which passes requests on as they come`,
      mend:
        orchestrator.kind === "kubernetes"
          ? "set topology.orchestrator.exposure.kind to ingress, or let the gateway or load balancer hold the certificate"
          : "put a proxy with the certificate before the hosts and write its address to topology.client.endpoints.api, or use standalone or kubernetes",
    });
  }
  if (hostNames.length > 0 && topology.client.endpoints.api !== undefined && orchestrator.kind !== "kubernetes") {
    problems.push({
      path: "topology.client.endpoints.api",
      given: printValue(topology.client.endpoints.api),
      allowed: "nothing beside topology.endpoint.hostNames, from which it follows",
      mend: "remove one of the two",
    });
  }
  return problems;
}

/** Hosts by themselves share no network: what talks to each other must stand on one. */
function checkOneNetwork(
  { topology, agent, containers }: RemoteServerSettings,
  orchestrator: ChosenOrchestrator,
): Problem[] {
  if (orchestrator.kind !== "standalone" || topology.hosts.length === 1) return [];
  const mend = "declare one host, use orchestrator swarm or kubernetes, or take it out";
  const allowed = "nothing beside the agent on several standalone hosts, which share no network";
  return [
    ...(agent.database.kind === "postgresql"
      ? [
          {
            path: "agent.database.kind",
            given: printValue("postgresql"),
            allowed,
            mend: `${mend}: agent.database.kind external`,
          },
        ]
      : []),
    ...Object.keys(containers).map((key) => ({ path: `containers.${key}`, given: `"${key}"`, allowed, mend })),
  ];
}

/** A part in a Swarm, and a way to an engine, mean nothing where there is none. */
function checkHosts({ topology }: RemoteServerSettings, { kind }: ChosenOrchestrator): Problem[] {
  if (kind === "swarm") return [];
  return topology.hosts.flatMap(({ role, connection }, index) => [
    ...(role === undefined
      ? []
      : [
          {
            path: `topology.hosts.${index}.role`,
            given: printValue(role),
            allowed: `nothing on ${kind}: only a Swarm has managers and workers`,
            mend: "remove role, or use orchestrator swarm",
          },
        ]),
    ...(kind === "kubernetes" && differs(connection)
      ? [
          {
            path: `topology.hosts.${index}.connection`,
            given: printValue(connection),
            allowed: "nothing on kubernetes, which is reached by its kubeconfig",
            mend: "remove connection; set topology.orchestrator.kubeconfig or context",
          },
        ]
      : []),
  ]);
}

function differs(connection: RemoteServerSettings["topology"]["hosts"][number]["connection"]): boolean {
  return connection.kind !== "ssh" || connection.user !== "root" || connection.port !== 22;
}

/** One on every host is a count of its own. */
function checkGlobal({ topology, scaling }: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  if (orchestrator.kind !== "swarm" || orchestrator.mode !== "global") return [];
  const count = topology.hosts.filter((host) => exclusion(host, topology.workload.placement) === undefined).length;
  const { min, max } = scaling.replicas;
  if (min === count && max === count) return [];
  return [
    {
      path: "scaling.replicas.min",
      given: `${min} to ${max}`,
      allowed: `${count} to ${count} while topology.orchestrator.mode is global: one on each host that placement allows`,
      mend: `set scaling.replicas.min and max to ${count}, or mode to replicated`,
    },
  ];
}

/** Podman's own log files don't rotate into several. */
function checkPodmanLogs({ agent, containers }: RemoteServerSettings, orchestrator: ChosenOrchestrator): Problem[] {
  if (orchestrator.kind !== "standalone" || orchestrator.engine !== "podman") return [];
  const logged = [
    { path: "agent.logging", logging: agent.logging },
    ...Object.entries(containers).map(([key, { logging }]) => ({ path: `containers.${key}.logging`, logging })),
  ];
  return logged.flatMap(({ path, logging }) =>
    logging.kind === "file" && logging.maxFiles > 1
      ? [
          {
            path: `${path}.maxFiles`,
            given: `${logging.maxFiles}`,
            allowed: "1 on Podman, whose k8s-file driver keeps one file",
            mend: `raise ${path}.maxSize instead, or set ${path}.kind to journald`,
          },
        ]
      : [],
  );
}

/** What only Kubernetes does: give a pod what it doesn't ask for, and choose between pods that wait or give way. */
function checkKubernetesAlone({ topology }: RemoteServerSettings, { kind }: ChosenOrchestrator): Problem[] {
  if (kind === "kubernetes") return [];
  const { replicaBounds, classes } = topology.governance;
  return [
    ...refuseGiven("topology.governance.replicaBounds", replicaBounds, ["defaultRequest", "defaultLimit"], {
      allowed: `nothing on ${kind}: it is for pods of a Kubernetes namespace that say none themselves`,
      mend: "remove it, or use orchestrator kubernetes",
    }),
    ...refuseGiven("topology.governance.classes", classes, ["priority", "preempts"], {
      allowed: `nothing on ${kind}, which starts what has room and evicts nobody for another`,
      mend: "remove it and use guaranteed, whose requests are kept free, or use orchestrator kubernetes",
    }),
  ];
}

/** A problem for each of these settings that an entry of a group has. */
function refuseGiven<Setting extends string>(
  path: string,
  group: Readonly<Record<string, Readonly<Partial<Record<Setting, unknown>>>>>,
  settings: readonly Setting[],
  words: Pick<Problem, "allowed" | "mend">,
): Problem[] {
  return Object.entries(group).flatMap(([name, entry]) =>
    settings
      .filter((setting) => entry[setting] !== undefined)
      .map((setting) => ({ path: `${path}.${name}.${setting}`, given: printValue(entry[setting]), ...words })),
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
