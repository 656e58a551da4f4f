import type Docker from "dockerode";
import { LABEL_PREFIX } from "../../../../components/core/index.ts";
import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { engineClient } from "./engine-client.ts";

/** The label that every object of an environment carries. */
export function environmentLabel(environment: string): string {
  return `${LABEL_PREFIX}environment=${environment}`;
}

/** What an engine says of a container that doesn't do what it should. */
export async function containerReport(
  engine: LocalPodmanPlan["engine"],
  name: string,
): Promise<{ readonly state: string; readonly lastLines: readonly string[] }> {
  const container = engineClient(engine).getContainer(name);
  const inspected = await container.inspect().catch(() => undefined);
  if (inspected === undefined) return { state: "not there", lastLines: [] };
  const logs = await container.logs({ stdout: true, stderr: true, tail: 10 }).catch(() => Buffer.alloc(0));
  return {
    state: inspected.State.Status,
    lastLines: plainLog(logs)
      .split("\n")
      .filter((line) => line !== ""),
  };
}

/** The text of an engine's log, whose pieces each stand behind a head of eight bytes with their length in the last four. */
export function plainLog(log: Buffer): string {
  const pieces: Buffer[] = [];
  let offset = 0;
  while (offset + HEAD_BYTES <= log.length) {
    const end = offset + HEAD_BYTES + log.readUInt32BE(offset + 4);
    pieces.push(log.subarray(offset + HEAD_BYTES, end));
    offset = end;
  }
  return Buffer.concat(pieces).toString();
}

const HEAD_BYTES = 8;

/** Every container of an environment that an engine holds. */
export async function containersOf(client: Docker, environment: string): Promise<Docker.ContainerInfo[]> {
  return client.listContainers({ all: true, filters: { label: [environmentLabel(environment)] } });
}
