import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A pack that crashed, refused or didn't answer: the gate fails on it. */
export class PackFailure extends Error {
  override readonly name = "PackFailure";
}

/** A running pack. */
export interface PackProcess {
  /** Port of the pack's analyzer service on 127.0.0.1. */
  readonly port: Promise<number>;
  /** Rejects with a `PackFailure` if the process ends before `stop`. */
  readonly died: Promise<never>;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/** How much of what a pack printed an error repeats, in characters. */
const PRINTED_MAX = 2000;

/** Starts a pack in a process of its own: one pack per process is all that the SDK can serve. */
export function startPack(folder: string): PackProcess {
  const child = fork(fileURLToPath(new URL("./serve.ts", import.meta.url)), [folder], {
    execArgv: [],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const errors = collected(child);
  const died = new Promise<never>((_resolve, reject) => {
    child.once("error", (error) =>
      reject(new PackFailure(`the policy pack ${folder} can't be started: ${error.message}`)),
    );
    child.once("close", (code, signal) => {
      const end = code === null ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(
        new PackFailure(`the policy pack ${folder} ${end} before it had answered: ${errors() || "it printed nothing"}`),
      );
    });
  });
  died.catch(() => undefined);
  return {
    port: firstPort(child),
    died,
    async stop() {
      // The pack keeps nothing that a gentle end would save.
      if (child.pid !== undefined) {
        child.kill("SIGKILL");
        await gone;
      }
    },
  };
}

function firstPort(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (/^\d+$/.test(line)) resolve(Number(line));
    });
  });
}

/** What the process prints as errors, its end being the most telling. */
function collected(child: ChildProcess): () => string {
  const chunks: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return () => chunks.join("").trim().slice(-PRINTED_MAX);
}
