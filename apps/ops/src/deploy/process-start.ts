import { readFile } from "node:fs/promises";
import { execa } from "execa";

/** Longest wait for `ps`. */
const ANSWER_MS = 2000;

/**
 * When a process started, in the system's own words: two processes that had the same id differ in it.
 * `undefined` where there is no such process, or the system doesn't tell.
 */
export async function processStart(pid: number): Promise<string | undefined> {
  if (process.platform === "linux") return linuxStart(pid);
  const { stdout, failed } = await execa("ps", ["-o", "lstart=", "-p", `${pid}`], {
    reject: false,
    timeout: ANSWER_MS,
  });
  return failed || stdout.trim() === "" ? undefined : stdout.trim();
}

/** Whether there is a process of that id. One of another user counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** When a process started, in milliseconds since 1970; `undefined` where the system doesn't tell. */
export async function processStartedAt(pid: number): Promise<number | undefined> {
  const [, ticks] = (await linuxStart(pid))?.split(" ") ?? [];
  const system = await readFile("/proc/stat", "utf8").catch(() => "");
  const [, bootSeconds] = /^btime (\d+)$/m.exec(system) ?? [];
  if (ticks === undefined || bootSeconds === undefined) return undefined;
  return Number(bootSeconds) * 1000 + (Number(ticks) * 1000) / TICKS_PER_SECOND;
}

/** Linux' unit for whoever isn't the kernel, on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Boot and clock ticks since then: field 22 of `stat`, counted behind the name, which may hold spaces. */
async function linuxStart(pid: number): Promise<string | undefined> {
  try {
    const [stat, boot] = await Promise.all([
      readFile(`/proc/${pid}/stat`, "utf8"),
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
    ]);
    const behindName = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A process that has ended and waits for its parent runs no more.
    if (behindName[0] === "Z") return undefined;
    return `${boot.trim()} ${behindName[19]}`;
  } catch {
    return undefined;
  }
}
