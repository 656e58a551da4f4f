import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type AtEnd, atEndOfTest } from "./at-end.ts";
import { type Client, clientOf, isRecord } from "./client.ts";

/** A program of the app as its own process. */
export interface TestProcess {
  readonly child: ChildProcess;
  readonly standardError: () => string;
  readonly log: () => readonly Record<string, unknown>[];
  /** Resolves with the exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** A client, once the process says that it is ready. */
  ready(): Promise<Client>;
}

/**
 * Starts `src/<program>` with exactly these FLAME_ variables; it is killed at the end, by default the test's. `within`: the
 * command that runs it, which becomes it.
 */
export function testProcess(
  program: string,
  variables: Readonly<Record<string, string>> = {},
  atEnd: AtEnd = atEndOfTest,
  commandLine: readonly string[] = [],
  within: readonly string[] = [],
): TestProcess {
  const path = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FLAME_")));
  const [first = process.execPath, ...others] = [
    ...within,
    process.execPath,
    "--max-semi-space-size=8",
    path,
    ...commandLine,
  ];
  const child = spawn(first, others, {
    env: { ...inherited, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  atEnd(() => {
    child.kill("SIGKILL");
  });

  let output = "";
  let errors = "";
  const ready = Promise.withResolvers<Client>();
  const log = () =>
    output
      .split("\n")
      .slice(0, -1)
      .map((line): unknown => JSON.parse(line))
      .filter(isRecord);
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
    const line = log().find(({ msg }) => msg === "ready");
    if (line) ready.resolve(clientOf(`http://127.0.0.1:${line.port}`));
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exit = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      resolve(code ?? signal ?? "unknown");
      ready.reject(new Error(`${program} ended before it was ready: ${errors}${output}`));
    });
  });
  ready.promise.catch(() => {});
  return { child, log, exit, standardError: () => errors, ready: () => ready.promise };
}
