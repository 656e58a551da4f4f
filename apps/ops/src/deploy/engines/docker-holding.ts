import type Docker from "dockerode";
import { LABEL_PREFIX, platformName } from "../../../../../components/core/index.ts";
import { answerOf, askVersion, knowsImage, presenceOf } from "../engine-client.ts";
import type { Tell } from "../step.ts";
import { type Held, type HoldingEngine, heldWords, type Remembered } from "./held.ts";
import { openEngine } from "./open-engine.ts";

type DockerReference = Extract<HoldingEngine["reference"], { kind: "docker" }>;

/** Label of a container that is a Swarm service's task: the service is the object. */
const TASK_LABEL = "com.docker.swarm.service.id";
/** States of a container that was made and doesn't run: after `stop`, after a restart of the machine. */
const AT_REST = ["created", "exited", "configured", "stopped", "initialized"];
/** Grace of a container that says none. */
const USUAL_GRACE_SECONDS = 10;

/** An engine that speaks Docker's interface, with the Swarm's own objects where it is one of its managers. */
export function dockerHolding(reference: DockerReference): HoldingEngine {
  const { address } = reference;
  const client = openEngine(address);
  return {
    reference,
    ask: async () => presenceOf(address, await askVersion({ socket: address }, client), await nameOf(client)),
    list: async (environment) => {
      const isManager = await controlsSwarm(client);
      const lists = await Promise.all([
        ...(isManager ? [services(client, environment)] : []),
        containers(client, environment),
        ...(isManager ? [configs(client, environment), secrets(client, environment)] : []),
        networks(client, environment, isManager),
        volumes(client, environment),
      ]);
      return lists.flat();
    },
    remove: (held, tell) => remove(client, held, tell),
    portsOfOthers: (environment) => portsOfOthers(client, environment),
    remember: (held) => (held.kind === "network" ? rememberNetwork(client, held) : remember(client, held)),
    start: async ({ id }) => {
      await client.getContainer(id).start().catch(unless(304));
    },
    hasVolume: async (name) => {
      const { Volumes } = await client.listVolumes({ filters: { name: [name] } });
      return (Volumes ?? []).some(({ Name }) => Name === name);
    },
    hasImage: (image) => knowsImage(client, image),
  };
}

/** Podman says that it is Podman, whoever it speaks like. */
async function nameOf(client: Docker): Promise<string> {
  const { Components = [] } = await answerOf(client.version()).catch(() => ({ Components: [] }));
  return Components.some(({ Name }) => Name.startsWith("Podman")) ? "Podman" : "Docker";
}

async function controlsSwarm(client: Docker): Promise<boolean> {
  const info: { readonly Swarm?: { readonly ControlAvailable?: boolean } } = await client.info();
  return info.Swarm?.ControlAvailable === true;
}

const RESTING = { holdsData: false, state: undefined, atRest: false, works: true, ports: [] } as const;

function labelFilter(environment: string) {
  return { label: [`${LABEL_PREFIX}environment=${environment}`] };
}

async function containers(client: Docker, environment: string): Promise<Held[]> {
  const found = await client.listContainers({ all: true, filters: labelFilter(environment) });
  return found
    .filter(({ Labels }) => Labels[TASK_LABEL] === undefined)
    .map(({ Id, Names, Labels, State, Ports }) => ({
      kind: "container",
      name: Names[0]?.replace(/^\//, "") ?? Id,
      id: Id,
      type: "docker:index/container:Container",
      labels: Labels,
      holdsData: false,
      state: State,
      atRest: AT_REST.includes(State),
      works: State === "running",
      ports: (Ports ?? []).flatMap(({ PublicPort, Type }) =>
        PublicPort === undefined ? [] : [`${PublicPort}/${Type}`],
      ),
    }));
}

async function networks(client: Docker, environment: string, isManager: boolean): Promise<Held[]> {
  const found = await client.listNetworks({ filters: labelFilter(environment) });
  return (
    found
      // A worker sees the Swarm's networks while its tasks use them; only a manager has them.
      .filter(({ Scope }) => isManager || Scope !== "swarm")
      .map(({ Id, Name, Labels }) => ({
        ...RESTING,
        kind: "network",
        name: Name,
        id: Id,
        type: "docker:index/network:Network",
        labels: Labels ?? {},
      }))
  );
}

async function volumes(client: Docker, environment: string): Promise<Held[]> {
  const { Volumes } = await client.listVolumes({ filters: labelFilter(environment) });
  return (Volumes ?? []).map(({ Name, Labels }) => ({
    ...RESTING,
    kind: "volume",
    name: Name,
    id: Name,
    type: "docker:index/volume:Volume",
    labels: Labels ?? {},
    holdsData: true,
  }));
}

/**
 * What a service's update is said to be where its tasks aren't all as it says. The provider takes one for done in the
 * pause before the next task: what is left may fail yet, and serves as before until then.
 */
const UNSETTLED: Readonly<Record<string, string>> = {
  updating: "an update is under way",
  paused: "its update was stopped by a failure",
  rollback_started: "its update failed and is taken back",
  rollback_paused: "its update failed, and so did taking it back",
  rollback_completed: "its update failed and was taken back",
};

async function services(client: Docker, environment: string): Promise<Held[]> {
  const found = await client.listServices({ filters: labelFilter(environment), status: true });
  return found.map(({ ID, Spec, Endpoint, ServiceStatus, UpdateStatus }) => {
    const { RunningTasks = 0, DesiredTasks = 0 } = ServiceStatus ?? {};
    const update = UNSETTLED[UpdateStatus?.State ?? ""];
    const run = RunningTasks >= DesiredTasks && DesiredTasks > 0;
    return {
      kind: "service",
      name: Spec?.Name ?? ID,
      id: ID,
      type: "docker:index/service:Service",
      labels: Spec?.Labels ?? {},
      holdsData: false,
      state: `${RunningTasks} of ${DesiredTasks} tasks run${update === undefined ? "" : `, ${update}`}`,
      atRest: false,
      works: run && update === undefined,
      // Taken back, it is the same update still, by when it began (swarmkit's updater.go).
      lastUpdate: UpdateStatus?.StartedAt
        ? { began: UpdateStatus.StartedAt, isTakenBack: run && UpdateStatus.State === "rollback_completed" }
        : undefined,
      ports: (Endpoint?.Ports ?? []).map(({ PublishedPort, Protocol }) => `${PublishedPort}/${Protocol}`),
    };
  });
}

async function secrets(client: Docker, environment: string): Promise<Held[]> {
  const found = await client.listSecrets({ filters: labelFilter(environment) });
  return found.map(({ ID, Spec }) => ({
    ...RESTING,
    kind: "secret",
    name: Spec?.Name ?? ID,
    id: ID,
    type: "docker:index/secret:Secret",
    labels: Spec?.Labels ?? {},
  }));
}

/** The provider (5.2.0) gives configs no labels: what tells them is how the plan names them. */
async function configs(client: Docker, environment: string): Promise<Held[]> {
  const named = new RegExp(`^${platformName("kubernetes", "flame", environment)}-[0-9a-f]{8}-[0-9a-f]{8}$`);
  const found = await client.listConfigs();
  return found
    .filter(({ Spec }) => named.test(Spec?.Name ?? ""))
    .map(({ ID, Spec }) => ({
      ...RESTING,
      kind: "config",
      name: Spec?.Name ?? ID,
      id: ID,
      type: "docker:index/serviceConfig:ServiceConfig",
      labels: Spec?.Labels ?? {},
    }));
}

async function remove(client: Docker, held: Held, tell: Tell): Promise<void> {
  tell(`remove ${heldWords(held)}`);
  switch (held.kind) {
    case "container":
      await stopAndRemove(client, held.id);
      return;
    case "service":
      await client.getService(held.id).remove().catch(unless(404));
      await untilTasksEnd(client, held.id);
      return;
    case "config":
      await client.getConfig(held.id).remove().catch(unlessUsed(held, tell));
      return;
    case "secret":
      await client.getSecret(held.id).remove().catch(unlessUsed(held, tell));
      return;
    case "network":
      await client.getNetwork(held.id).remove().catch(unlessUsed(held, tell));
      return;
    case "volume":
      await client.getVolume(held.id).remove().catch(unless(404));
      return;
    default:
      throw new Error(`an engine has no ${held.kind}`);
  }
}

/** Whoever talks to it is answered to the end, within its grace. */
async function stopAndRemove(client: Docker, id: string): Promise<void> {
  const container = client.getContainer(id);
  const found = await container.inspect().catch(unless(404));
  if (found === undefined) return;
  // The engine tells it; its client's types don't.
  const { StopTimeout: grace = USUAL_GRACE_SECONDS }: { readonly Hostname: string; readonly StopTimeout?: number } =
    found.Config;
  await container.stop({ t: grace }).catch(unless(304, 404));
  // Another one may be removing it at the same time (409).
  await container.remove({ force: true }).catch(unless(404, 409));
}

async function portsOfOthers(client: Docker, environment: string): Promise<Map<string, string>> {
  const found = await client.listContainers();
  const label = `${LABEL_PREFIX}environment`;
  return new Map(
    found
      .filter(({ Labels }) => Labels?.[label] !== environment)
      .flatMap(({ Names, Id, Ports }) => {
        const name = `container ${Names[0]?.replace(/^\//, "") ?? Id}`;
        return (Ports ?? []).flatMap(({ PublicPort, Type }) =>
          PublicPort === undefined ? [] : [[`${PublicPort}/${Type}`, name] as const],
        );
      }),
  );
}

/** A container that runs, as its engine tells what it is. A Swarm keeps its services' old tasks by itself. */
async function remember(client: Docker, { kind, id, name, works, labels }: Held): Promise<Remembered | undefined> {
  if (kind !== "container" || !works) return undefined;
  const { Config, HostConfig, NetworkSettings, Image } = await client.getContainer(id).inspect();
  const networks = Object.entries(NetworkSettings.Networks).map(
    ([network, { Aliases }]): Attachment => [
      network,
      { Aliases: (Aliases ?? []).filter((alias: string) => !id.startsWith(alias)) },
    ],
  );
  return {
    name,
    bringBack: async (instead) => {
      const own = await client.getContainer(id).inspect().catch(unless(404));
      if (own !== undefined) {
        if (own.State.Running) return false;
        await client.getContainer(id).start().catch(unless(304));
        return true;
      }
      const there = await client.getContainer(name).inspect().catch(unless(404));
      // Another one of its name runs: the new version came up after all.
      if (there?.State.Running && !instead) return false;
      if (there !== undefined) await client.getContainer(there.Id).remove({ force: true }).catch(unless(404));
      const { Hostname: _, ...config } = Config;
      const attached = await attachments(client, networks, labels[`${LABEL_PREFIX}environment`]);
      const made = await client.createContainer({
        ...config,
        name,
        Hostname: name,
        Image: await imageAsItWas(client, Config.Image, Image),
        HostConfig: { ...asItIsTaken(HostConfig), ...(attached.moved && { NetworkMode: attached.networks[0]?.[0] }) },
        NetworkingConfig: { EndpointsConfig: Object.fromEntries(attached.networks) },
      });
      await made.start();
      return true;
    },
  };
}

/** A container's image by the name that it was given, or, where that names another one by now, by what it is. */
async function imageAsItWas(client: Docker, name: string, id: string): Promise<string> {
  const named = await client.getImage(name).inspect().catch(unless(404));
  return named?.Id === id ? name : id;
}

/** A network of this engine's own, without which nothing that was attached to it comes back. */
async function rememberNetwork(client: Docker, { id, name, labels }: Held): Promise<Remembered | undefined> {
  const { Scope, Driver, Internal, Attachable, EnableIPv6, IPAM, Options } = await client.getNetwork(id).inspect();
  // A Swarm's are its services', which it keeps.
  if (Scope === "swarm") return undefined;
  return {
    name,
    bringBack: async () => {
      const filters = labelFilter(labels[`${LABEL_PREFIX}environment`] ?? "");
      // The update's own takes its place.
      if ((await client.listNetworks({ filters })).length > 0) return false;
      const made = { Driver, Internal, Attachable, EnableIPv6, IPAM, Options, Labels: labels };
      await client.createNetwork({ ...made, Name: name });
      return true;
    },
  };
}

/** A network with the names that a container has on it. */
type Attachment = readonly [network: string, { readonly Aliases: string[] }];

/** What a container can be attached to as it was; where the update has put another network in the place of its own, to that. */
async function attachments(
  client: Docker,
  remembered: readonly Attachment[],
  environment = "",
): Promise<{ readonly networks: readonly Attachment[]; readonly moved: boolean }> {
  const there = new Set((await client.listNetworks()).map(({ Name }) => Name));
  if (remembered.every(([network]) => there.has(network))) return { networks: remembered, moved: false };
  const [instead] = await client.listNetworks({ filters: labelFilter(environment) });
  if (instead === undefined) return { networks: remembered, moved: false };
  const Aliases = remembered.flatMap(([, { Aliases: names }]) => names);
  return { networks: [[instead.Name, { Aliases }]], moved: true };
}

/** Podman tells a limit of CPU in two ways and takes it in one, and tells `RLIMIT_NOFILE` where it takes `nofile`. Pure. */
export function asItIsTaken(config: Docker.HostConfig): Docker.HostConfig {
  const { CpuPeriod: _, CpuQuota: __, ...others } = config;
  const Ulimits = config.Ulimits?.map(({ Name = "", ...limit }) => ({
    ...limit,
    Name: Name.replace(/^RLIMIT_/, "").toLowerCase(),
  }));
  return { ...(config.NanoCpus ? others : config), ...(Ulimits && { Ulimits }) };
}

/** Pause between two looks at the tasks of a service that is gone, and longest time that they have. */
const LOOK_MS = 500;
const TASKS_END_MS = 600_000;

/** A removed service's tasks finish their turns by themselves; until then they hold its network, secrets and volumes. */
async function untilTasksEnd(client: Docker, service: string): Promise<void> {
  const end = performance.now() + TASKS_END_MS;
  const filters = { label: [`${TASK_LABEL}=${service}`] };
  while ((await client.listContainers({ all: true, filters })).length > 0) {
    if (performance.now() > end) throw new Error(`its tasks still run after ${TASKS_END_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A service that goes on serving keeps what it uses: that is left until a later look finds it unused. */
function unlessUsed(held: Held, tell: Tell) {
  return (error: unknown): void => {
    if (error instanceof Error && /is in use by (?:the following )?service/.test(error.message))
      tell(`leave ${heldWords(held)}, which a service still uses`);
    else unless(404)(error);
  };
}

/** Answers that say that there is nothing to do. */
function unless(...codes: readonly number[]) {
  return (error: unknown): undefined => {
    if (error instanceof Error && "statusCode" in error && codes.some((code) => code === error.statusCode)) return;
    throw error;
  };
}
