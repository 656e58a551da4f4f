import { setTimeout as delay } from "node:timers/promises";
import type Docker from "dockerode";
import { toCores } from "../../../../../components/core/index.ts";
import type { ContainerPlan } from "../../../../../components/orchestration/index.ts";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { engineClient } from "../engine-client.ts";
import { diskUse, SAMPLE_MS } from "./host-use.ts";
import type { PartStatus } from "./report.ts";

const MIB = 1024 ** 2;

/** State of every container of the plan, as far as `monitoring.containers` asks for it. */
export async function containerParts(plan: LocalPodmanPlan): Promise<PartStatus[]> {
  const client = engineClient(plan.engine);
  return Promise.all(plan.containers.map((container) => containerPart(client, container, plan)));
}

/** Use of the file system that holds the engine's storage, in percent; `undefined` where that isn't on this machine. */
export async function engineStorage({ engine }: LocalPodmanPlan): Promise<number | undefined> {
  const info: { readonly DockerRootDir?: string } = await engineClient(engine).info();
  return info.DockerRootDir === undefined ? undefined : diskUse(info.DockerRootDir);
}

async function containerPart(client: Docker, container: ContainerPlan, plan: LocalPodmanPlan): Promise<PartStatus> {
  const { key, name, limits } = container;
  const asked = plan.desktop.monitoring.containers;
  const inspected = await client.getContainer(name).inspect().catch(absent);
  const nothing = {
    health: null,
    restarts: 0,
    lastRestart: null,
    startedAt: null,
    cpu: null,
    memory: null,
    network: null,
  };
  if (inspected === undefined) return { key, name, kind: "container", state: "not there", works: false, ...nothing };

  const { State, RestartCount } = inspected;
  const used = State.Running && (asked.stats || asked.network) ? await measure(client, name) : undefined;
  return {
    key,
    name,
    kind: "container",
    state: State.Status,
    works: State.Running,
    health: asked.health ? (State.Health?.Status ?? null) : null,
    restarts: RestartCount,
    lastRestart: null,
    startedAt: State.Running ? State.StartedAt : null,
    cpu: used && asked.stats ? { cores: used.cores, limit: toCores(limits.cpu) } : null,
    memory: used && asked.stats ? { usedMiB: used.memoryMiB, limitMiB: limits.memoryMiB } : null,
    network: used && asked.network ? used.network : null,
  };
}

/** Two looks at the engine's counters: Podman has none of the past in one look. */
async function measure(client: Docker, name: string) {
  const container = client.getContainer(name);
  const look = async () => ({
    stats: await container.stats({ stream: false, "one-shot": true }),
    at: performance.now(),
  });
  const before = await look();
  await delay(SAMPLE_MS);
  const after = await look();
  return usedBetween(before, after);
}

interface Look {
  readonly stats: {
    readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
    readonly memory_stats: { readonly usage?: number; readonly stats?: { readonly inactive_file?: number } };
    readonly networks?: Readonly<Record<string, { readonly rx_bytes: number; readonly tx_bytes: number }>>;
  };
  /** In milliseconds. */
  readonly at: number;
}

/** What was used between two looks. Memory is without what the kernel can take back at once. Pure. */
export function usedBetween(before: Look, after: Look) {
  const nanoseconds = after.stats.cpu_stats.cpu_usage.total_usage - before.stats.cpu_stats.cpu_usage.total_usage;
  const { usage = 0, stats } = after.stats.memory_stats;
  const networks = Object.values(after.stats.networks ?? {});
  return {
    cores: Math.max(0, nanoseconds / 1e6 / (after.at - before.at)),
    memoryMiB: (usage - (stats?.inactive_file ?? 0)) / MIB,
    network: {
      receivedMiB: networks.reduce((total, { rx_bytes }) => total + rx_bytes, 0) / MIB,
      sentMiB: networks.reduce((total, { tx_bytes }) => total + tx_bytes, 0) / MIB,
    },
  };
}

function absent(error: unknown): undefined {
  if (error instanceof Error && "statusCode" in error && error.statusCode === 404) return undefined;
  throw error;
}
