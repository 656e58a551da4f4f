import { ExecaError, execa } from "execa";
import type { KubernetesPlan } from "../../../../../components/orchestration/index.ts";
import { RunFailure } from "../failure.ts";

/** A cluster by its own client, in the plan's namespace: whoever may deploy with kubectl may roll out. */
export interface Kubectl {
  /** Runs it and returns what it printed. Rejects with what it said where it fails. */
  run(parameters: readonly string[], input?: string): Promise<string>;
  /** Runs it until the work with its output is done, and ends it then. */
  during<Result>(
    parameters: readonly string[],
    ready: RegExp,
    work: (found: string) => Promise<Result>,
  ): Promise<Result>;
}

/** Longest that it may take until a command that stays has something to say. */
const READY_MILLISECONDS = 20_000;

/** The client of a plan's cluster. `program` is another kubectl than the one on PATH. */
export function openKubectl(
  { context, kubeconfig, namespace }: Pick<KubernetesPlan, "context" | "kubeconfig" | "namespace">,
  program = "kubectl",
): Kubectl {
  const where = [
    ...(context === undefined ? [] : ["--context", context]),
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    "--namespace",
    namespace,
  ];
  return {
    run: async (parameters, input) => {
      try {
        const own = input === undefined ? { stdin: "ignore" as const } : { input };
        return (await execa(program, [...where, ...parameters], own)).stdout;
      } catch (error) {
        throw failed(program, parameters, error);
      }
    },
    during: async (parameters, ready, work) => {
      const child = execa(program, [...where, ...parameters], { stdin: "ignore", reject: false });
      const found = Promise.withResolvers<string>();
      const late = setTimeout(() => child.kill(), READY_MILLISECONDS);
      let said = "";
      child.stdout.on("data", (part: Buffer) => {
        said += part.toString();
        const [, match] = ready.exec(said) ?? [];
        if (match !== undefined) found.resolve(match);
      });
      const ended = child.then((result) => found.reject(failed(program, parameters, result)));
      try {
        const match = await found.promise;
        clearTimeout(late);
        return await work(match);
      } finally {
        clearTimeout(late);
        child.kill();
        await ended;
      }
    },
  };
}

function failed(program: string, parameters: readonly string[], error: unknown): Error {
  if (!(error instanceof ExecaError)) return error instanceof Error ? error : new Error(String(error));
  if (error.code === "ENOENT") {
    return new RunFailure({
      place: program,
      found: "it isn't there",
      allowed: "kubectl on PATH, with a way to the cluster",
      mend: "install kubectl, and set topology.orchestrator.kubeconfig or context",
    });
  }
  const said = `${error.stderr ?? ""}`.trim().split("\n").at(-1);
  return new Error(`kubectl ${parameters[0]} ${parameters[1] ?? ""}: ${said || error.shortMessage}`);
}
