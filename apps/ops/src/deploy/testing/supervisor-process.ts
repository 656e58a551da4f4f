import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Place, placeOf } from "../place.ts";
import { isAlive } from "../process-start.ts";
import { EmbeddedRun } from "../run-record.ts";
import { freePort, temporaryFolder, testAgent, until } from "./plan.ts";

/** A supervisor in a process of its own, with the fake agent below it. */
export interface TestSupervisor {
  readonly child: ChildProcess;
  readonly url: string;
  readonly place: Place;
  /** What it has told so far. */
  readonly told: () => string;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly exit: Promise<number | string>;
  /** What the record says now. */
  readonly run: () => Promise<EmbeddedRun>;
  /** Waits for something that it tells. */
  readonly tells: (text: string | RegExp) => Promise<void>;
  /** Asks the agent for something, such as `/sicken`. */
  readonly ask: (path: string) => Promise<Response>;
  /** Whether its agent has one turn running. */
  readonly hasTurn: () => Promise<boolean>;
}

interface Options {
  /** Settings of the agent beside its port and health check. */
  readonly agent?: Readonly<Record<string, unknown>>;
  readonly project?: string;
  readonly port?: number;
  /** Whether npm and its shell stand above it. */
  readonly belowNpm?: boolean;
}

/** Starts one; what it leaves is killed when the test is over. */
export async function startSupervisor({ agent = {}, ...given }: Options = {}): Promise<TestSupervisor> {
  const project = given.project ?? (await temporaryFolder());
  const port = given.port ?? (await freePort());
  const settings = {
    topology: { kind: "local-podman", storage: { kind: "volume", persistent: false } },
    turns: { maxSeconds: 5, drainMarginSeconds: 1 },
    agent: testAgent(port, agent),
  };
  const program = fileURLToPath(new URL("./supervise.ts", import.meta.url));
  const command = [process.execPath, program, project, JSON.stringify(settings)];
  // What keeps a shell from handing its own process over to the command.
  const [first = "", ...rest] = given.belowNpm ? ["sh", "-c", '"$@"; exit $?', "sh", ...command] : command;
  const child = spawn(first, rest, {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
      npm_lifecycle_event: given.belowNpm ? "start" : undefined,
    },
  });
  let told = "";
  child.stderr.on("data", (chunk: Buffer) => {
    told += chunk.toString();
  });
  const exit = new Promise<number | string>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const place = placeOf("test", project);
  const run = async () => EmbeddedRun.parse(JSON.parse(await readFile(place.record, "utf8")));
  onTestFinished(async () => {
    const left = await run().catch(() => undefined);
    child.kill("SIGKILL");
    for (const pid of [left?.pid, left?.agent.pid]) if (pid && isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    child,
    url,
    place,
    told: () => told,
    exit,
    run,
    tells: (text) => until(`it tells ${text}; it told: ${told}`, () => matches(told, text)),
    ask: (path) => fetch(`${url}${path}`),
    hasTurn: async () => (await (await fetch(`${url}/metrics`)).text()).includes("active 1"),
  };
}

function matches(told: string, text: string | RegExp): boolean {
  return typeof text === "string" ? told.includes(text) : text.test(told);
}
