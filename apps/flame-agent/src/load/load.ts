import { totalmem } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { OperationsConfiguration } from "../configuration.operations.ts";

/** How often the process is looked at, in milliseconds. */
const INTERVAL_MILLISECONDS = 500;
/** How often the event loop's delay is measured, in milliseconds: what the histogram shows when nothing is late. */
const RESOLUTION_MILLISECONDS = 20;
/** How many looks in a row must find the event loop late. */
const LATE_LOOKS = 2;
const MIB = 1024 * 1024;

/** How the process fares. */
export interface LoadReadings {
  readonly residentMiB: number;
  readonly heapUsedMiB: number;
  /** As {@link memoryLimitMiB} says. */
  readonly limitMiB: number;
  /** 99th percentile of the event loop's delay since the last look. */
  readonly eventLoopMilliseconds: number;
}

/** What there is too much of. */
type Overload = "memory" | "event loop";

/** Watches the process's load, until it is stopped. */
export interface Load {
  readonly readings: LoadReadings;
  /** What is above its threshold at the moment. */
  readonly overload: Overload | undefined;
  /** For how long without a pause that has been so, in seconds. */
  readonly overloadSeconds: number;
  stop(): void;
}

/** Looks at the process twice a second and says when it is near its limits. `read` is what it looks with. */
export function watchLoad(shed: OperationsConfiguration["shed"], read = processReadings()): Load {
  let readings = read();
  let lateLooks = 0;
  let overload: Overload | undefined;
  let overloadedSince: number | undefined;
  const look = () => {
    readings = read();
    lateLooks = readings.eventLoopMilliseconds > shed.eventLoopMilliseconds ? lateLooks + 1 : 0;
    const full = readings.residentMiB > (readings.limitMiB * shed.memoryPercent) / 100;
    // One long pause is over when it is seen, and no reason to refuse what comes after it.
    overload = full ? "memory" : lateLooks >= LATE_LOOKS ? "event loop" : undefined;
    overloadedSince = overload === undefined ? undefined : (overloadedSince ?? performance.now());
  };
  look();
  const timer = setInterval(look, INTERVAL_MILLISECONDS).unref();
  return {
    get readings() {
      return readings;
    },
    get overload() {
      return overload;
    },
    get overloadSeconds() {
      return overloadedSince === undefined ? 0 : (performance.now() - overloadedSince) / 1000;
    },
    stop: () => clearInterval(timer),
  };
}

/** The container's memory limit, else the machine's memory. */
export function memoryLimitMiB(): number {
  // Without a limit of its own the container's is 0, or more than there is.
  const constrained = process.constrainedMemory();
  return (constrained > 0 ? Math.min(constrained, totalmem()) : totalmem()) / MIB;
}

function processReadings(): () => LoadReadings {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MILLISECONDS });
  delay.enable();
  const limitMiB = memoryLimitMiB();
  return () => {
    const { rss, heapUsed } = process.memoryUsage();
    const eventLoopMilliseconds = Math.max(0, (delay.percentile(99) || 0) / 1e6 - RESOLUTION_MILLISECONDS);
    delay.reset();
    return { residentMiB: rss / MIB, heapUsedMiB: heapUsed / MIB, limitMiB, eventLoopMilliseconds };
  };
}
