import { type ChildProcess, spawn } from "node:child_process";
import { constants, setPriority } from "node:os";

/** One run of the agent's process. */
export interface AgentProcess {
  readonly pid: number | undefined;
  /** Resolves when the process has ended and its output is read. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Asks it to end; it has its whole grace for running turns, then it is killed. */
  readonly stop: () => void;
  /** Asks it again, which ends its turns at once; it is killed soon after. */
  readonly hurry: () => void;
  readonly kill: () => void;
  /** The last lines that it printed. */
  readonly lastLines: () => readonly string[];
}

export interface AgentCommand {
  /** Options of Node. */
  readonly nodeOptions: readonly string[];
  /** The program, with its arguments. */
  readonly program: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly niceness: number;
  readonly stopGraceSeconds: number;
  readonly onOutput: (chunk: Buffer) => void;
}

/** What a hurried agent has to end its turns and close its database, in milliseconds. */
const HURRIED_MS = 8000;
const LINES_KEPT = 20;
const PRELOAD = new URL("./preload.ts", import.meta.url).href;

/** Variables of this process that the agent's gets too: where programs, homes, time zones and proxies are, and no secret. */
const INHERITED =
  /^(PATH|HOME|USER|LANG|LC_.+|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|(https?|no|all)_proxy)$/i;

/** Starts the agent; it drains and ends by itself when this process is gone, however that happens. */
export function startAgentProcess(command: AgentCommand): AgentProcess {
  const child = spawn(process.execPath, [...command.nodeOptions, "--import", PRELOAD, ...command.program], {
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => INHERITED.test(name))),
      ...command.environment,
      BLUEPRINT_STOP_GRACE_SECONDS: `${command.stopGraceSeconds}`,
    },
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    // Ctrl-C in a terminal reaches the supervisor alone, which decides what the agent hears.
    detached: process.platform !== "win32",
  });
  const lines = keepLines(child, command.onOutput);
  lowerPriority(child.pid, command.niceness);

  let deadline: NodeJS.Timeout | undefined;
  const endWithin = (milliseconds: number) => {
    clearTimeout(deadline);
    child.kill("SIGTERM");
    deadline = setTimeout(() => child.kill("SIGKILL"), milliseconds);
  };
  const ended = new Promise<Awaited<AgentProcess["ended"]>>((resolve) => {
    child.once("error", () => resolve({ code: 127, signal: null }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  }).finally(() => clearTimeout(deadline));
  return {
    pid: child.pid,
    ended,
    stop: () => endWithin(command.stopGraceSeconds * 1000),
    hurry: () => endWithin(HURRIED_MS),
    kill: () => child.kill("SIGKILL"),
    lastLines: () => lines,
  };
}

function keepLines(child: ChildProcess, onOutput: (chunk: Buffer) => void): readonly string[] {
  const lines: string[] = [];
  for (const output of [child.stdout, child.stderr]) {
    output?.on("data", (chunk: Buffer) => {
      onOutput(chunk);
      lines.push(
        ...chunk
          .toString()
          .split("\n")
          .filter((line) => line.trim() !== ""),
      );
      lines.splice(0, lines.length - LINES_KEPT);
    });
  }
  return lines;
}

/** A process that has ended already needs no priority. */
function lowerPriority(pid: number | undefined, niceness: number): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, Math.min(niceness, constants.priority.PRIORITY_LOW));
  } catch {}
}
