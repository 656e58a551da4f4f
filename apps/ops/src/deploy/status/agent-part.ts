import { setTimeout as delay } from "node:timers/promises";
import pidusage from "pidusage";
import { toCores } from "../../../../../components/core/index.ts";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { agentOf } from "../embedded/process-plan.ts";
import type { EmbeddedRun } from "../run-record.ts";
import { SAMPLE_MS } from "./host-use.ts";
import type { PartStatus } from "./report.ts";

const MIB = 1024 ** 2;

/** State of the agent's process, as its supervisor records it and the system measures it. */
export async function agentPart(run: EmbeddedRun, supervised: boolean, plan: LocalPodmanPlan): Promise<PartStatus> {
  const { pid, phase, health, restarts, lastRestart, startedAt } = run.agent;
  const { limits } = agentOf(plan);
  const asked = plan.desktop.monitoring.containers;
  const used = supervised && pid !== null && asked.stats ? await measure(pid) : undefined;
  return {
    key: "agent",
    name: pid === null ? "no process" : `process ${pid}`,
    kind: "process",
    state: supervised ? phase : "without its supervisor, which was killed",
    works: supervised,
    health: asked.health ? health : null,
    restarts,
    lastRestart,
    startedAt,
    cpu: used ? { cores: used.cores, limit: toCores(limits.cpu) } : null,
    memory: used ? { usedMiB: used.memoryMiB, limitMiB: limits.memoryMiB } : null,
    // The system counts bytes of the machine, not of a process.
    network: null,
  };
}

/** The second look tells what was used since the first. */
async function measure(pid: number): Promise<{ cores: number; memoryMiB: number } | undefined> {
  try {
    await pidusage(pid);
    await delay(SAMPLE_MS);
    const { cpu, memory } = await pidusage(pid);
    return { cores: cpu / 100, memoryMiB: memory / MIB };
  } catch {
    return undefined;
  }
}
