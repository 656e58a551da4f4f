import { planTurns, type TurnPlan } from "../../availability/index.ts";
import { ConfigurationError, type CronExpression, identityLabels, labelsOf, sortedByName } from "../../core/index.ts";
import {
  AGENT_USER,
  additionalMounts,
  type ContainerPlan,
  type NetworkPlan,
  objectName,
  planAgentEnvironment,
  planDatabaseContainer,
  startOrder,
  type VolumePlan,
  withScratch,
} from "../../orchestration/index.ts";
import { planLimits, planResources, type ResourceClaim, type ResourcePlan } from "../../resources/index.ts";
import { agentLabels, exposureLabel } from "../shared.labels.ts";
import { type DesktopFile, planDesktopFile } from "./desktop.plan.ts";
import { checkLocalPodman } from "./local-podman.checks.ts";
import type { EngineTarget, ImageIds, LocalPodmanSettings, SpokenEngine } from "./local-podman.environment.ts";
import { agentMounts } from "./local-podman.mounts.ts";
import { databaseVolumeName, dataVolumeName, networkName } from "./local-podman.names.ts";

/** A desktop's environment, decided. */
export interface LocalPodmanPlan {
  readonly environment: string;
  readonly engine: SpokenEngine;
  readonly network: NetworkPlan;
  readonly volumes: readonly VolumePlan[];
  /** In the order in which they start. */
  readonly containers: readonly ContainerPlan[];
  readonly turns: TurnPlan;
  readonly resources: ResourcePlan;
  /** When a new image of the agent's tag is looked for; `undefined` where only a deployment brings one. */
  readonly updateSchedule: CronExpression | undefined;
  readonly desktop: DesktopFile;
}

/**
 * Decides a desktop's whole environment. `imageIds` are of images whose names stay when they are built anew; where an
 * image has none, a new build of it isn't noticed.
 * Throws a `ConfigurationError` with every problem where settings of several concerns don't go together.
 */
export function planLocalPodman(
  environment: string,
  written: LocalPodmanSettings,
  engine: EngineTarget,
  imageIds: ImageIds = new Map(),
): LocalPodmanPlan {
  // The order in which containers were written means nothing: dependsOn does.
  const settings = { ...written, containers: sortedByName(written.containers) };
  const claims = claimsOf(settings);
  const problems = checkLocalPodman(environment, settings, engine, claims);
  if (problems.length > 0) throw new ConfigurationError(environment, problems);

  const turns = planTurns(settings.turns);
  const containers = inStartOrder([
    ...planDatabase(environment, settings),
    planAgent(environment, settings, turns),
    ...planAdditional(environment, settings),
  ]).map((container) => ({ ...container, imageId: imageIds.get(container.image.text) }));
  const resources = planResources(settings.resources, claims);
  const target = { ...engine, apiVersion: settings.topology.engine.apiVersion };
  return {
    environment,
    engine: target,
    network: planNetwork(environment, settings, engine),
    volumes: planVolumes(environment, settings),
    containers,
    turns,
    resources,
    updateSchedule: settings.agent.updates.kind === "automatic" ? settings.agent.updates.schedule : undefined,
    desktop: planDesktopFile({ environment, engine: target, settings, turns, resources, containers }),
  };
}

function claimsOf({ agent, containers }: LocalPodmanSettings): ResourceClaim[] {
  const database = agent.database;
  return [
    { key: "agent", path: "agent.resources", resources: agent.resources },
    ...(database.kind === "postgresql"
      ? [{ key: "database", path: "agent.database.resources", resources: database.resources }]
      : []),
    ...Object.entries(containers).map(([key, container]) => ({
      key,
      path: `containers.${key}.resources`,
      resources: container.resources,
    })),
  ];
}

function planNetwork(environment: string, { topology }: LocalPodmanSettings, engine: EngineTarget): NetworkPlan {
  const { subnet, isolated } = topology.network;
  return {
    name: networkName(environment, topology),
    driver: "bridge",
    subnet: subnet.text,
    gateway: subnet.firstHost,
    addressRange: undefined,
    // Docker always keeps its bridges apart; Podman's netavark does so where it is asked to.
    options: engine.kind === "podman" && isolated ? { isolate: "true" } : {},
    labels: identityLabels({ environment, component: "network" }),
  };
}

/** A volume in the engine's own folder. */
const LOCAL_DRIVER = { driver: "local", driverOptions: {} } as const;

function planVolumes(environment: string, { topology, agent }: LocalPodmanSettings): VolumePlan[] {
  const { storage } = topology;
  return [
    ...(storage.kind === "volume"
      ? [
          {
            name: dataVolumeName(environment, storage),
            persistent: storage.persistent,
            ...LOCAL_DRIVER,
            labels: identityLabels({ environment, component: "agent" }),
          },
        ]
      : []),
    ...(agent.database.kind === "postgresql"
      ? [
          {
            name: databaseVolumeName(environment, agent.database),
            persistent: true,
            ...LOCAL_DRIVER,
            labels: identityLabels({ environment, component: "database" }),
          },
        ]
      : []),
  ];
}

function planAgent(environment: string, settings: LocalPodmanSettings, turns: TurnPlan): ContainerPlan {
  const { agent, monitoring, topology } = settings;
  const own = planAgentEnvironment({
    agent,
    turns,
    metricsPath: monitoring.status.metricsPath,
    databaseHost: objectName(environment, "database"),
    way: { ownProxies: 0, hostNames: [objectName(environment, "agent")] },
  });
  return {
    ...own,
    name: objectName(environment, "agent"),
    networkAlias: objectName(environment, "agent"),
    key: "agent",
    image: agent.image,
    imageId: undefined,
    updateAutomatically: agent.updates.kind === "automatic",
    entrypoint: [],
    command: [],
    user: AGENT_USER,
    ports: agent.ports,
    mounts: agentMounts(environment, settings),
    healthCheck: agent.healthCheck,
    restart: agent.restart,
    logging: agent.logging,
    limits: planLimits(agent.resources, settings.resources.host.prioritizeDesktopApp),
    stopGraceSeconds: turns.stopGraceSeconds,
    labels: agentLabels(environment, settings, turns),
    dnsServers: topology.network.dnsServers,
    dependsOn: agent.database.kind === "postgresql" ? ["database"] : [],
  };
}

function planDatabase(environment: string, settings: LocalPodmanSettings): ContainerPlan[] {
  const { database, logging, restart } = settings.agent;
  if (database.kind !== "postgresql") return [];
  const own = planDatabaseContainer(database, databaseVolumeName(environment, database));
  return [
    {
      ...own,
      name: objectName(environment, "database"),
      networkAlias: objectName(environment, "database"),
      key: "database",
      imageId: undefined,
      updateAutomatically: false,
      entrypoint: [],
      command: [],
      ports: [],
      mounts: withScratch(own.mounts),
      restart,
      logging,
      limits: planLimits(database.resources, settings.resources.host.prioritizeDesktopApp),
      stopGraceSeconds: 30,
      labels: labelsOf({ environment, component: "database" }, settings.labels),
      dnsServers: settings.topology.network.dnsServers,
      dependsOn: [],
    },
  ];
}

function planAdditional(environment: string, settings: LocalPodmanSettings): ContainerPlan[] {
  return Object.entries(settings.containers).map(([key, container]) => ({
    name: objectName(environment, key),
    networkAlias: objectName(environment, key),
    key,
    image: container.image,
    imageId: undefined,
    updateAutomatically: false,
    entrypoint: container.entrypoint,
    command: container.command,
    user: container.user,
    environment: sortedByName(container.environment),
    secrets: {},
    ports: container.ports,
    mounts: additionalMounts(container),
    healthCheck: container.healthCheck,
    restart: container.restart,
    logging: container.logging,
    limits: planLimits(container.resources, settings.resources.host.prioritizeDesktopApp),
    stopGraceSeconds: container.stopGraceSeconds,
    labels: labelsOf({ environment, component: key }, { ...settings.labels, ...exposureLabel(container.ports) }),
    dnsServers: settings.topology.network.dnsServers,
    dependsOn: container.dependsOn,
  }));
}

function inStartOrder(containers: readonly ContainerPlan[]): readonly ContainerPlan[] {
  const order = startOrder(containers);
  return order.kind === "order" ? order.items : containers;
}
