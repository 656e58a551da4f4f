import { isMainThread, Worker } from "node:worker_threads";

// Loaded into the agent's process before its own code (node --import). A thread of its own notices that the supervisor
// is gone, also when the agent's own thread is stuck.
if (isMainThread) new Worker(new URL("./lifeline-watch.ts", import.meta.url), { execArgv: [] }).unref();
