import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import {
  type FoundHost,
  REVISION_LABEL,
  type RolloutAction,
  type StandaloneContainer,
  type StandaloneHostPlan,
  trialName,
} from "../../../../components/orchestration/index.ts";
import { containerOptions, trialOptions } from "./container-options.ts";
import { checkHealth, untilHealthy, watch } from "./health.ts";

/** A host with its engine, what it should run, and the values of its containers' secrets by container. */
export interface RolloutHost {
  readonly engine: Docker;
  readonly kind: "podman" | "docker";
  readonly environment: string;
  readonly plan: StandaloneHostPlan;
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const COMPONENT_LABEL = "blueprint.component";

/** What the engine has of an environment. */
export async function lookAt(engine: Docker, environment: string, plan: StandaloneHostPlan): Promise<FoundHost> {
  const [containers, networks, { Volumes }] = await Promise.all([
    engine.listContainers({ all: true, filters: { label: [`blueprint.environment=${environment}`] } }),
    engine.listNetworks(),
    engine.listVolumes(),
  ]);
  const inspected = await Promise.all(containers.map(({ Id }) => engine.getContainer(Id).inspect()));
  return {
    hasNetwork: networks.some(({ Name }) => Name === plan.network.name),
    volumes: (Volumes ?? []).map(({ Name }) => Name),
    containers: inspected.map(({ Name, State, Config }) => ({
      name: Name.replace(/^\//, ""),
      key: Config.Labels[COMPONENT_LABEL] ?? "",
      revision: Config.Labels[REVISION_LABEL],
      running: State.Running,
      stopGraceSeconds: graceOf(Config),
    })),
  };
}

/** Grace of a container that says none. */
const DEFAULT_GRACE_SECONDS = 10;

/** A container's own grace, which dockerode's types don't know. */
function graceOf(config: object): number {
  return "StopTimeout" in config && typeof config.StopTimeout === "number" ? config.StopTimeout : DEFAULT_GRACE_SECONDS;
}

/** Does one step's action, and resolves when it is finished. */
export async function act(host: RolloutHost, action: RolloutAction): Promise<void> {
  const { engine, plan } = host;
  switch (action.kind) {
    case "make-network":
      await makeNetwork(host);
      return;
    case "make-volume":
      await makeVolume(host, action.volume);
      return;
    case "try":
      await tryOut(host, planned(plan, action.container), action.seconds);
      return;
    case "start":
      await Promise.all(action.containers.map((name) => start(host, planned(plan, name))));
      return;
    case "start-again":
      await Promise.all(
        action.containers.map(async (name) => {
          await engine.getContainer(name).start().catch(unless(304));
          await untilServes(host, name);
        }),
      );
      return;
    case "wait":
      await delay(action.seconds * 1000);
      return;
    case "stop":
      await Promise.all(
        action.containers.map(({ name, graceSeconds }) =>
          engine.getContainer(name).stop({ t: graceSeconds }).catch(unless(304, 404)),
        ),
      );
      return;
    case "rename":
      await engine.getContainer(action.container).rename({ name: action.as });
      return;
    case "remove":
      await Promise.all(
        action.containers.map((name) => engine.getContainer(name).remove({ force: true }).catch(unless(404))),
      );
  }
}

async function start(host: RolloutHost, container: StandaloneContainer): Promise<void> {
  const { engine } = host;
  const made = await engine.createContainer(optionsOf(host, container));
  await made.start();
  await untilHealthy(made, container);
}

/** A trial leaves nothing, however it ends. */
async function tryOut(host: RolloutHost, container: StandaloneContainer, seconds: number): Promise<void> {
  const options = trialOptions(optionsOf(host, container), trialName(container.name));
  const made = await host.engine.createContainer(options);
  try {
    await made.start();
    await untilHealthy(made, container);
    await watch(made, container, seconds);
  } finally {
    await made.remove({ force: true }).catch(unless(404));
  }
}

/** An older version's own health check is the engine's to know; what it starts again had been healthy. */
async function untilServes({ engine, plan }: RolloutHost, name: string): Promise<void> {
  const container = engine.getContainer(name);
  const known = plan.containers.find((one) => one.name === name);
  const { Config } = await container.inspect();
  const [, ...command] = Config.Healthcheck?.Test ?? [];
  const check = known ?? (command.length > 0 ? similar(plan, command) : undefined);
  if (check) await untilHealthy(container, check);
  else await checkHealth(container, []);
}

function similar(plan: StandaloneHostPlan, command: readonly string[]) {
  const [pace] = plan.containers;
  return pace && { ...pace, healthCheck: { ...pace.healthCheck, command: [...command] } };
}

function optionsOf({ kind, plan, secrets }: RolloutHost, container: StandaloneContainer) {
  return containerOptions(container, kind, plan.network.name, secrets[container.name] ?? {});
}

async function makeNetwork({ engine, plan, kind }: RolloutHost): Promise<void> {
  const { name, driver, subnet, gateway, addressRange, options, labels } = plan.network;
  await engine.createNetwork({
    Name: name,
    Driver: driver,
    CheckDuplicate: true,
    IPAM: {
      Driver: kind === "podman" ? "host-local" : "default",
      Config: [{ Subnet: subnet, Gateway: gateway, ...(addressRange !== undefined && { IPRange: addressRange }) }],
    },
    Options: { ...options },
    Labels: { ...labels },
  });
}

async function makeVolume({ engine, plan }: RolloutHost, name: string): Promise<void> {
  const volume = plan.volumes.find((one) => one.name === name);
  if (!volume) throw new Error(`the plan of ${plan.name} has no volume ${name}`);
  const { driver, driverOptions, labels } = volume;
  await engine.createVolume({ Name: name, Driver: driver, DriverOpts: { ...driverOptions }, Labels: { ...labels } });
}

function planned(plan: StandaloneHostPlan, name: string): StandaloneContainer {
  const container = plan.containers.find((one) => one.name === name);
  if (!container) throw new Error(`the plan of ${plan.name} has no container ${name}`);
  return container;
}

/** Answers that say that there is nothing to do. */
function unless(...codes: readonly number[]) {
  return (error: unknown) => {
    if (error instanceof Error && "statusCode" in error && codes.some((code) => code === error.statusCode)) return;
    throw error;
  };
}
