import type { LocalPodmanPlan } from "../../../../components/topology/index.ts";
import { askEngine, engineClient } from "./engine-client.ts";
import { RunFailure } from "./failure.ts";

/** Throws a `RunFailure` where the engine of an environment that runs in containers doesn't answer. */
export async function requireEngine(plan: LocalPodmanPlan): Promise<void> {
  const engine = await askEngine(plan.engine);
  if (engine.kind === "there") return;
  throw new RunFailure({
    place: `environment ${plan.environment}`,
    found: `runs in containers, but ${engine.why}`,
    mend: "start the engine; its containers come back as their restart policy says",
  });
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
