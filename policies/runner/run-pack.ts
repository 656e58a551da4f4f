import { resolve } from "node:path";
import type { StackGraph } from "../../stacks/preview/index.ts";
import { COULD_NOT_RUN } from "../rules/index.ts";
import { analyse } from "./analysis.ts";
import type { PackConfiguration } from "./configuration.ts";
import { PackFailure, type PackProcess, startPack } from "./pack-process.ts";
import { loadProtocol } from "./protobuf.ts";
import { type PolicyReport, reportOf } from "./report.ts";

export interface PackRun {
  /** Folder with the pack's `PulumiPolicy.yaml`. */
  readonly packFolder: string;
  /** What to look at. A promise lets the pack start while the preview runs; if it rejects, so does the run. */
  readonly graph: StackGraph | Promise<StackGraph>;
  /** What the user says about the pack's policies. Default: what the pack says. */
  readonly configuration?: PackConfiguration;
  /** Ends the run and the pack's process; the run rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Longest time the pack may take to start, and again to answer, in seconds; then it fails the gate. Default: 30. */
  readonly timeoutSeconds?: number;
}

/** Runs a policy pack on a graph, without an engine. A pack that fails makes a report that fails the gate. */
export async function runPack(run: PackRun): Promise<PolicyReport> {
  const graph = Promise.resolve(run.graph);
  graph.catch(() => undefined);
  run.signal?.throwIfAborted();

  const pack = startPack(resolve(run.packFolder));
  const aborted = Promise.withResolvers<never>();
  aborted.promise.catch(() => undefined);
  const abort = () => aborted.reject(run.signal?.reason);
  run.signal?.addEventListener("abort", abort, { once: true });
  try {
    const work = converse(run, pack, graph);
    work.catch(() => undefined);
    return await Promise.race([work, pack.died, aborted.promise]);
  } catch (error) {
    if (error instanceof PackFailure) return failedReport(run.packFolder, error);
    throw error;
  } finally {
    run.signal?.removeEventListener("abort", abort);
    await pack.stop();
  }
}

async function converse(run: PackRun, pack: PackProcess, graph: Promise<StackGraph>): Promise<PolicyReport> {
  const [protocol, port] = await Promise.all([loadProtocol(), within(run, "start", pack, pack.port)]);
  const client = new protocol.services.AnalyzerClient(`127.0.0.1:${port}`, protocol.credentials.createInsecure());
  try {
    const known = await graph;
    return await within(run, "answer", pack, analyse(client, protocol, known, run.configuration ?? {}));
  } catch (error) {
    throw isRefusal(error) ? new PackFailure(`the policy pack ${run.packFolder} failed: ${error.details}`) : error;
  } finally {
    client.close();
  }
}

async function within<Result>(run: PackRun, step: string, pack: PackProcess, work: Promise<Result>): Promise<Result> {
  const { packFolder, timeoutSeconds = 30 } = run;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const reason = `the policy pack ${packFolder} didn't ${step} in ${timeoutSeconds} s`;
    late.reject(new PackFailure(`${reason}; look for a policy that waits, or raise timeoutSeconds`));
  }, 1000 * timeoutSeconds);
  try {
    // The end of the pack ends the wait, also where the run was aborted: no timer stays.
    return await Promise.race([work, late.promise, pack.died]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an error is the pack's own, come over the wire. */
function isRefusal(error: unknown): error is Error & { readonly details: string } {
  return error instanceof Error && "details" in error && typeof error.details === "string";
}

function failedReport(packFolder: string, { message }: PackFailure): PolicyReport {
  const result = {
    policy: "every policy of the pack",
    level: "mandatory",
    urn: undefined,
    message: `${COULD_NOT_RUN}${message}`,
    outcome: "could-not-run",
  } as const;
  return reportOf({ name: packFolder, version: "unknown", policies: [] }, [result]);
}
