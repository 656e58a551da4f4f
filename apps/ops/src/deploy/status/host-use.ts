import { readFile, statfs } from "node:fs/promises";
import { cpus, freemem, totalmem } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import type { HostUse } from "./report.ts";

/** Time over which use of the processors is measured, in milliseconds. */
export const SAMPLE_MS = 1000;
const MIB = 1024 ** 2;

/** Measures the machine, as far as it is asked for. */
export async function measureHost(
  asked: LocalPodmanPlan["desktop"]["monitoring"]["host"]["metrics"],
): Promise<HostUse> {
  const wants = (metric: (typeof asked)[number]) => asked.includes(metric);
  const [cpuPercent, diskPercent, network] = await Promise.all([
    wants("cpu") ? measureCpu() : null,
    wants("disk") ? diskUse(process.cwd()) : null,
    wants("network") ? networkUse() : null,
  ]);
  return {
    cpuPercent,
    memoryPercent: wants("memory") ? 100 * (1 - freemem() / totalmem()) : null,
    diskPercent: diskPercent ?? null,
    network,
  };
}

/** Use of the file system that holds a path, in percent, of what an ordinary user may use; `undefined` where it isn't here. */
export async function diskUse(path: string): Promise<number | undefined> {
  try {
    const { blocks, bfree, bavail } = await statfs(path);
    const used = blocks - bfree;
    return used + bavail === 0 ? undefined : (100 * used) / (used + bavail);
  } catch {
    return undefined;
  }
}

async function measureCpu(): Promise<number> {
  const before = processorTimes();
  await delay(SAMPLE_MS);
  const after = processorTimes();
  const all = after.all - before.all;
  return all === 0 ? 0 : 100 * (1 - (after.idle - before.idle) / all);
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map(({ times }) => times);
  return {
    idle: times.reduce((total, { idle }) => total + idle, 0),
    all: times.reduce((total, { user, nice, sys, idle, irq }) => total + user + nice + sys + idle + irq, 0),
  };
}

/** Bytes since the machine's start, without the loopback; `null` where the system doesn't tell. */
async function networkUse(): Promise<HostUse["network"]> {
  const table = await readFile("/proc/net/dev", "utf8").catch(() => undefined);
  if (table === undefined) return null;
  const rows = table
    .split("\n")
    .slice(2)
    .map((line) => line.trim().split(/[\s:]+/))
    .filter(([name]) => name !== undefined && name !== "" && name !== "lo");
  const column = (index: number) => rows.reduce((total, row) => total + Number(row[index] ?? 0), 0) / MIB;
  return { receivedMiB: column(1), sentMiB: column(9) };
}
