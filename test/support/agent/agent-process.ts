import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { type AgentClient, agentClient } from "./agent-client.ts";
import { endWithSuite } from "./end-with-suite.ts";
import { until } from "./until.ts";

const MAIN = fileURLToPath(new URL("../../../apps/flame-agent/src/main.ts", import.meta.url));
const START_BOUND_MILLISECONDS = 60_000;
/** Log lines that are kept: enough to see why something failed. */
const LOG_LINES = 2_000;

const LogLine = z.looseObject({ msg: z.string().optional(), port: z.number().optional() });
type LogLine = z.output<typeof LogLine>;

/** The agent as it runs in production: a process of its own. Disposing kills it. */
export interface AgentProcess extends AsyncDisposable {
  readonly pid: number;
  /** Its latest log lines. */
  readonly log: readonly LogLine[];
  /** Its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** A client, once it may be sent turns. */
  ready(): Promise<AgentClient>;
  /** `kill -9`, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with its exit code once it is gone. */
  terminate(): Promise<number | string>;
}

export interface AgentProcessOptions {
  /** Exactly the agent's environment. `FLAME_PORT` is a free one where it isn't given. */
  readonly variables: Readonly<Record<string, string>>;
  /** Sent with every request of its clients. */
  readonly token?: string;
  /** Program to start in place of the agent's `main.ts`. */
  readonly program?: string;
}

/** Starts the agent and doesn't wait for it. */
export function startAgentProcess({ variables, token, program = MAIN }: AgentProcessOptions): AgentProcess {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("FLAME_")));
  // A killed agent can't tidy up: what it keeps in the temporary folder goes with the folder.
  const temporary = mkdtempSync(join(tmpdir(), "flame-process-"));
  const child = spawn(process.execPath, ["--max-semi-space-size=8", program], {
    env: { ...inherited, NODE_OPTIONS: "", TMPDIR: temporary, FLAME_PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log: LogLine[] = [];
  let errors = "";
  let port: number | undefined;
  let unfinished = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) {
      const entry = LogLine.parse(JSON.parse(line));
      if (entry.msg === "ready") port = entry.port;
      log.push(entry);
    }
    log.splice(0, log.length - LOG_LINES);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-10_000);
  });
  const exit = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => {
      rmSync(temporary, { recursive: true, force: true });
      resolve(code ?? signal ?? "unknown");
    });
  });
  endWithSuite(child, "SIGKILL");
  const end = (signal: NodeJS.Signals) => {
    if (isRunning(child)) child.kill(signal);
    return exit;
  };

  return {
    pid: child.pid ?? 0,
    log,
    exit,
    async ready() {
      let client: AgentClient | undefined;
      await until(
        () => `the agent is ready: ${errors}${JSON.stringify(log.slice(-5))}`,
        async () => {
          if (!isRunning(child))
            throw new Error(`The agent ended before it was ready: ${errors}${JSON.stringify(log)}`);
          if (port !== undefined) client ??= agentClient(`http://127.0.0.1:${port}`, token);
          return (await client?.ready()) === true;
        },
        START_BOUND_MILLISECONDS,
      );
      if (!client) throw new Error("The agent told no port");
      return client;
    },
    async kill() {
      await end("SIGKILL");
    },
    terminate: () => end("SIGTERM"),
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
