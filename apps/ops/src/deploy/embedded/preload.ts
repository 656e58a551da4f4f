import { enableCompileCache } from "node:module";
import { isMainThread, Worker } from "node:worker_threads";

// Loaded into the agent's process before its own code (node --import).
if (isMainThread) {
  // Keeps compiled code between runs: a quarter of the agent's start.
  enableCompileCache();
  // A thread of its own notices that the supervisor is gone, also when the agent's own thread is stuck.
  new Worker(new URL("./lifeline-watch.ts", import.meta.url), { execArgv: [] }).unref();
}
