import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../apps/flame-agent/src/testing/folder.ts";

/** Where the memory controller of control groups is on this machine, and what its limit's file is called. */
const CONTROLLER = controllerHere();

/** Whether processes can be given a limit of memory here: it takes a control group that may be written. */
export const canLimitMemory = CONTROLLER !== undefined;

/** A limit as a container has one: those who run in it see it as theirs, and are ended above it. */
export interface MemoryLimit {
  /** A command that runs what follows it within the limit, and becomes it. */
  readonly within: readonly string[];
  /** Takes the limit away, once those in it are gone. */
  remove(): Promise<void>;
}

/** Makes a control group with a limit, in MiB; it takes {@link canLimitMemory}. */
export function limitMemory(limitMiB: number): MemoryLimit {
  if (!CONTROLLER) throw new Error("No control group of this machine may be written");
  const group = join(CONTROLLER.folder, `blueprint-test-${process.pid}-${crypto.randomUUID()}`);
  mkdirSync(group);
  writeFileSync(join(group, CONTROLLER.limit), String(limitMiB * 1024 ** 2));
  const members = join(group, "cgroup.procs");
  return {
    within: ["sh", "-c", `echo $$ > "$0" && exec "$@"`, members],
    async remove() {
      await until("nobody is in the control group", () => readFileSync(members, "utf8") === "");
      rmdirSync(group);
    },
  };
}

function controllerHere() {
  const version1 = "/sys/fs/cgroup/memory";
  const version2 = "/sys/fs/cgroup";
  const controller = existsSync(join(version1, "memory.limit_in_bytes"))
    ? { folder: version1, limit: "memory.limit_in_bytes" }
    : { folder: version2, limit: "memory.max" };
  const probe = join(controller.folder, `blueprint-probe-${process.pid}`);
  try {
    mkdirSync(probe);
    const isBounded = existsSync(join(probe, controller.limit));
    rmdirSync(probe);
    return isBounded ? controller : undefined;
  } catch {
    return undefined;
  }
}
