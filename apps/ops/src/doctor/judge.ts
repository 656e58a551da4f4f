import { type Bytes, formatBytes, mebibytes, toCores } from "../../../../components/core/index.ts";
import type { ResourceSettings } from "../../../../components/resources/index.ts";
import { found, type Row, wanting } from "./row.ts";

/** A port on an address of this machine; `refusal` is the system's code where it can't be listened on. */
export interface PortFacts {
  readonly address: string;
  readonly port: number;
  readonly refusal: string | undefined;
}

/** The folder with states; `mode` is `undefined` where it isn't there, and `writable` is then about the project's folder. */
export interface StateFolderFacts {
  readonly folder: string;
  readonly mode: number | undefined;
  readonly writable: boolean;
}

/** Oldest Node that runs TypeScript as it is, and what the libraries ask for. */
const OLDEST_NODE = { major: 22, minor: 18 } as const;
/** Disk space below which not even the embedded database has room for its files and logs. */
const LEAST_DISK = mebibytes(1024);

export function judgeNode(version: string): Row {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const recent = major > OLDEST_NODE.major || (major === OLDEST_NODE.major && minor >= OLDEST_NODE.minor);
  return recent
    ? found("node", "process", version)
    : wanting("missing", "node", "process", `${version} can't run TypeScript`, "run npm install, which brings Node 24");
}

export function judgeCores(cores: number, { host }: ResourceSettings): Row {
  const declared = toCores(host.cpu);
  return cores >= declared
    ? found("cores", "process", `${cores}, declared ${declared}`)
    : wanting(
        "degraded",
        "cores",
        "process",
        `${cores}, declared ${declared}`,
        `set resources.host.cpu to "${cores}", and what follows from it`,
      );
}

export function judgeMemory(
  machine: { readonly memoryBytes: number; readonly freeMemoryBytes: number },
  { host, engine }: ResourceSettings,
): Row {
  const detail = `${printed(machine.memoryBytes)}, free ${printed(machine.freeMemoryBytes)}; declared ${formatBytes(host.memory)}, of which containers may use ${formatBytes(engine.memory)}`;
  if (machine.memoryBytes < host.memory * DECLARED_SHARE) {
    return wanting(
      "degraded",
      "memory",
      "process",
      detail,
      `set resources.host.memory to ${printed(machine.memoryBytes)}, and what follows from it`,
    );
  }
  return machine.freeMemoryBytes < engine.memory
    ? wanting("degraded", "memory", "process", detail, "close other programs, or lower resources.engine.memory")
    : found("memory", "process", detail);
}

/** A machine sold with 8 GiB shows a little less: firmware and kernel keep their part. */
const DECLARED_SHARE = 0.93;

export function judgeDisk(freeBytes: number, { engine }: ResourceSettings): Row {
  const detail = `${printed(freeBytes)} free, containers may use ${formatBytes(engine.storage)}`;
  if (freeBytes < LEAST_DISK)
    return wanting("missing", "disk", "process", detail, `free at least ${formatBytes(LEAST_DISK)}`);
  return freeBytes < engine.storage
    ? wanting("degraded", "disk", "process", detail, "free disk space, or lower resources.engine.storage")
    : found("disk", "process", detail);
}

export function judgeStateFolder({ folder, mode, writable }: StateFolderFacts): Row {
  const name = "state folder";
  if (!writable) {
    return wanting(
      "missing",
      name,
      "process",
      `${folder} can't be written`,
      `make ${mode === undefined ? "the project's folder" : folder} writable for this user`,
    );
  }
  if (mode === undefined) return found(name, "process", `${folder} isn't there yet: the first deployment makes it`);
  const printedMode = mode.toString(8);
  return (mode & 0o077) === 0
    ? found(name, "process", `${folder}, mode ${printedMode}`)
    : wanting(
        "degraded",
        name,
        "process",
        `${folder}, mode ${printedMode}: others can look into it`,
        `chmod 700 ${folder}`,
      );
}

export function judgePort({ address, port, refusal }: PortFacts): Row {
  const name = `port ${port}`;
  switch (refusal) {
    case undefined:
      return found(name, "process", `free on ${address}`);
    case "EADDRINUSE":
      return wanting(
        "degraded",
        name,
        "process",
        `taken on ${address}`,
        "nothing, where this environment is up; else stop who has it, or choose another hostPort",
      );
    default:
      return wanting(
        "missing",
        name,
        "process",
        `${address} can't be listened on: ${refusal}`,
        "choose a port from 1024 on, and an address of this machine",
      );
  }
}

/** A size for a reader: GiB with one decimal, below that MiB. */
function printed(bytes: number): string {
  const gibibytes = bytes / 1024 ** 3;
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)}GiB` : formatBytes(asMebibytes(bytes));
}

function asMebibytes(bytes: number): Bytes {
  return mebibytes(Math.floor(bytes / 1024 ** 2));
}
