import { writeSync } from "node:fs";
import { setInterval } from "node:timers/promises";
import { workerData } from "node:worker_threads";
import type { WatchedStatements } from "./statement-watch.ts";

/** Pause between two looks, in milliseconds. */
const LOOK_MILLISECONDS = 500;
/** The log's most severe level, as pino writes it. */
const FATAL = 60;

const { count: shared, cpuSeconds }: WatchedStatements = workerData;
const count = new Int32Array(shared);
const usedSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
};

let running = Atomics.load(count, 0);
let since = usedSeconds();
for await (const _ of setInterval(LOOK_MILLISECONDS)) {
  const now = Atomics.load(count, 0);
  if (now !== running || now % 2 === 0) {
    running = now;
    since = usedSeconds();
  } else if (usedSeconds() - since > cpuSeconds) {
    end();
  }
}

/** Written past the other thread, which would never write it, and ended past it too: it takes no other signal. */
function end(): void {
  const message = `The embedded database doesn't answer: one statement took more than ${cpuSeconds} s of the processor; the process ends, and starts on what was committed`;
  const line = { level: FATAL, time: new Date().toISOString(), service: "flame-agent", msg: message };
  writeSync(1, `${JSON.stringify(line)}\n`);
  writeSync(2, `${message}\n`);
  process.kill(process.pid, "SIGKILL");
}
