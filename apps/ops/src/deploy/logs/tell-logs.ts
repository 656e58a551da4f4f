import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import type { LocalPodmanPlan } from "../../../../../components/topology/index.ts";
import { EXIT } from "../../exit.ts";
import { planDeployed } from "../deployed-plan.ts";
import { engineClient } from "../engine-client.ts";
import { plainLog, requireEngine } from "../engine-containers.ts";
import { RunFailure, reasonOf } from "../failure.ts";
import { type Place, placeOf } from "../place.ts";
import { findRun } from "../run-record.ts";
import { followLog, readLog } from "./file-log.ts";

interface LogOptions {
  readonly follow: boolean;
  /** Lines from the end; all where it is `undefined`. */
  readonly tail: number | undefined;
}

/** Prints the output of a container, or of the agent's process, by its key. Returns the command's exit code. */
export async function tellLogs(environment: string, key: string, options: LogOptions): Promise<number> {
  const place = placeOf(environment);
  const plan = await planDeployed(environment);
  const container = plan.containers.find((one) => one.key === key);
  if (container === undefined) {
    throw new RunFailure({
      place: "container",
      found: `"${key}" isn't one of ${environment}`,
      allowed: plan.containers.map((one) => one.key).join(", "),
      mend: "name one of these",
    });
  }
  const interrupted = new AbortController();
  if (options.follow) process.once("SIGINT", () => interrupted.abort());

  const found = await findRun(place);
  if (found.kind === "live" && found.run.way === "pulumi") {
    await requireEngine(plan);
    await containerLogs(plan, container.name, options, interrupted.signal);
  } else {
    await processLogs(environment, place, options, interrupted.signal);
  }
  return EXIT.ok;
}

async function containerLogs(
  { engine }: LocalPodmanPlan,
  name: string,
  { follow, tail }: LogOptions,
  signal: AbortSignal,
): Promise<void> {
  const client = engineClient(engine);
  const container = client.getContainer(name);
  const wanted = { stdout: true, stderr: true, ...(tail === undefined ? {} : { tail }) } as const;
  try {
    if (!follow) {
      process.stdout.write(plainLog(await container.logs({ ...wanted, follow: false })));
      return;
    }
    const stream = await container.logs({ ...wanted, follow: true, abortSignal: signal });
    const output = new PassThrough();
    output.pipe(process.stdout, { end: false });
    client.modem.demuxStream(stream, output, output);
    await finished(stream).catch((error) => {
      if (!signal.aborted) throw error;
    });
  } catch (error) {
    if (signal.aborted) return;
    throw new RunFailure({
      place: `logs of container ${name}`,
      found: reasonOf(error),
      mend: "blueprint status tells whether it is there; a container whose logging.kind is none has no logs",
    });
  }
}

async function processLogs(
  environment: string,
  place: Place,
  { follow, tail }: LogOptions,
  signal: AbortSignal,
): Promise<void> {
  if (!existsSync(place.log)) {
    throw new RunFailure({
      place: place.log,
      found: "isn't there",
      allowed: "the log of an environment that has been up, with agent.logging.kind other than none",
      mend: `blueprint up ${environment}`,
    });
  }
  process.stdout.write(await readLog(place.log, tail));
  if (follow) await followLog(place.log, signal, (chunk) => process.stdout.write(chunk));
}
